"""Until when things have to be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.catalogue import Catalogue, Difficulty
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


def rework_deadline(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Due:
    """When a reopened case has to be replied to again."""
    return catalogue.calendar.due(start, difficulty.deadlines["rework"])


def evaluation_window(catalogue: Catalogue, difficulty: Difficulty, replied: datetime) -> datetime:
    """Until when the submitter may rate a reply."""
    return catalogue.calendar.due(replied, difficulty.deadlines["evaluation"]).at


def pause_of(row: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """From when to when a paused assignment was paused. However late its end is noticed, a pause is no longer than it may be."""
    return row["paused"], min(now, row["paused_until"])


def resumed_deadline(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> datetime:
    """The deadline of a paused assignment, moved by what was paused."""
    return moved_by_pause(catalogue, difficulty, row["reply_by"], *pause_of(row, now)).at


def moved_by_pause(catalogue: Catalogue, difficulty: Difficulty, deadline: datetime, paused: datetime, ended: datetime) -> Due:
    """A deadline moved by a pause: by the time itself where durations are elapsed time, else by its working days."""
    calendar = catalogue.calendar
    if difficulty.deadlines["reply"].elapsed is not None:
        return Due(deadline + (ended - paused), provisional=False)
    days = calendar.working_days(paused.astimezone(calendar.zone).date(), ended.astimezone(calendar.zone).date())
    return calendar.due(deadline, Duration(days, "wd")) if days else Due(deadline, provisional=False)
