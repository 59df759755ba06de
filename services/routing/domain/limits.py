"""Computing deadlines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.errors import Conflict
from services.contracts.time.durations import Duration
from services.contracts.time.worktime import Due

if TYPE_CHECKING:
    from services.routing.domain.assignment import Assignment, Span

DEADLINES = ("sign", "object", "contact", "reply")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants by kind; provisional when one lies beyond the last published holiday year."""

    instants: Mapping[str, datetime]
    provisional: bool

    @classmethod
    def of(cls, due: Mapping[str, Due], latest: datetime | None = None) -> Deadlines:
        """From what the calendar says of each kind, none of them later than `latest`."""
        instants = {kind: each.at if latest is None else min(each.at, latest) for kind, each in due.items()}
        return cls(instants, any(each.provisional for each in due.values()))


def deadlines(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Deadlines:
    """When an assignment made at `start` has to be signed, objected to and replied to."""
    return Deadlines.of({kind: catalogue.calendar.due(start, difficulty.deadlines[kind]) for kind in DEADLINES})


def rework_deadline(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Due:
    """When a reopened case has to be replied to again."""
    return catalogue.calendar.due(start, difficulty.deadlines["rework"])


def evaluation_window(catalogue: Catalogue, difficulty: Difficulty, replied: datetime) -> datetime:
    """Until when the submitter may rate a reply."""
    return catalogue.calendar.due(replied, difficulty.deadlines["evaluation"]).at


def pause_of(assignment: Assignment, now: datetime) -> Span:
    """From when to when a paused assignment was paused. However late its end is noticed, a pause is no longer than it may be."""
    if assignment.paused is None or assignment.paused_until is None:
        raise Conflict("Nobody wrote down since when this case is paused.")
    return assignment.paused, min(now, assignment.paused_until)


def resumed_deadlines(catalogue: Catalogue, assignment: Assignment, now: datetime) -> dict[str, datetime]:
    """The deadlines of a paused assignment that go on when the pause ends, by kind, each moved by what was paused.

    The reply's always does; in the first round so do the submitter's first contact, until it is made, and the window for
    objections, unless it had closed.
    """
    difficulty, (paused, ended) = assignment.difficulty_in(catalogue), pause_of(assignment, now)
    return {
        kind: moved_by_pause(catalogue, difficulty, kind, assignment.deadline(kind), paused, ended).at
        for kind, goes_on in (
            ("object", assignment.round == 1 and assignment.object_by >= paused),
            ("contact", assignment.round == 1 and assignment.contacted is None),
            ("reply", True),
        )
        if goes_on
    }


def moved_by_pause(
    catalogue: Catalogue, difficulty: Difficulty, kind: str, deadline: datetime, paused: datetime, ended: datetime
) -> Due:
    """A deadline moved by a pause: by the time itself where its duration is elapsed time, else by its working days.

    What is due once stays where it was when it had passed before the pause: a first contact that was missed is missed.
    """
    calendar = catalogue.calendar
    if kind != "reply" and deadline < paused:
        return Due(deadline, provisional=False)
    if difficulty.deadlines[kind].elapsed is not None:
        return Due(deadline + (ended - paused), provisional=False)
    days = calendar.working_days(paused.astimezone(calendar.zone).date(), ended.astimezone(calendar.zone).date())
    return calendar.due(deadline, Duration(days, "wd")) if days else Due(deadline, provisional=False)
