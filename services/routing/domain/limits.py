"""Until when things have to be done. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.catalogue import Catalogue, Difficulty
from services.contracts.durations import Duration

DEADLINES = ("sign", "object", "contact", "reply")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Instants by kind; provisional when one lies beyond the last published holiday year."""

    instants: Mapping[str, datetime]
    provisional: bool


def deadlines(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> Deadlines:
    """When an assignment made at `start` has to be signed, objected to and replied to."""
    due = {kind: catalogue.calendar.due(start, difficulty.deadlines[kind]) for kind in DEADLINES}
    return Deadlines({kind: each.at for kind, each in due.items()}, any(each.provisional for each in due.values()))


def rework_deadline(catalogue: Catalogue, difficulty: Difficulty, start: datetime) -> datetime:
    """When a reopened case has to be replied to again."""
    return catalogue.calendar.due(start, difficulty.deadlines["rework"]).at


def evaluation_window(catalogue: Catalogue, difficulty: Difficulty, replied: datetime) -> datetime:
    """Until when the submitter may rate a reply."""
    return catalogue.calendar.due(replied, difficulty.deadlines["evaluation"]).at


def resumed_deadline(catalogue: Catalogue, difficulty: Difficulty, row: Mapping[str, Any], now: datetime) -> datetime:
    """The deadline of a paused assignment, moved by what was paused: the time itself where durations are elapsed time, else
    the working days. However late its end is noticed, a pause is no longer than it may be."""
    deadline: datetime = row["reply_by"]
    paused: datetime = row["paused"]
    ended: datetime = min(now, row["paused_until"])
    if difficulty.deadlines["reply"].elapsed is not None:
        return deadline + (ended - paused)
    zone = catalogue.calendar.zone
    days = catalogue.calendar.working_days(paused.astimezone(zone).date(), ended.astimezone(zone).date())
    return catalogue.calendar.due(deadline, Duration(days, "wd")).at if days else deadline
