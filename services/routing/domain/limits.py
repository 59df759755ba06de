"""Until when things have to be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue, Difficulty
from services.contracts.durations import Duration
from services.contracts.worktime import Due

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


def terms(catalogue: Catalogue, row: Mapping[str, Any]) -> Difficulty:
    """The terms that an assignment was given, which hold whatever becomes of the catalogue."""
    return stored.difficulty(catalogue, row["difficulty"], row.get("terms"))


def rework_deadline(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Due:
    """When a reopened case has to be replied to again."""
    return catalogue.calendar.due(start, difficulty.deadlines["rework"])


def evaluation_window(catalogue: Catalogue, difficulty: Difficulty, replied: datetime) -> datetime:
    """Until when the submitter may rate a reply."""
    return catalogue.calendar.due(replied, difficulty.deadlines["evaluation"]).at


def pause_of(row: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """From when to when a paused assignment was paused. However late its end is noticed, a pause is no longer than it may be."""
    return row["paused"], min(now, row["paused_until"])


def resumed_deadlines(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> dict[str, datetime]:
    """The deadlines of a paused assignment that go on when the pause ends, by kind, each moved by what was paused.

    The reply's always does; in the first round so do the submitter's first contact, until it is made, and the window for
    objections, unless it had closed.
    """
    pause = pause_of(row, now)
    return {
        kind: moved_by_pause(catalogue, difficulty, kind, row[f"{kind}_by"], *pause).at
        for kind, goes_on in (
            ("object", row["round"] == 1 and row["object_by"] >= row["paused"]),
            ("contact", row["round"] == 1 and row["contacted"] is None),
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
