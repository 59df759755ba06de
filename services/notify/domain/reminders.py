"""Reminders: rungs that fired or were passed over, and the notifications that went with them, as they are on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.contracts.words.vocabulary import BY_HAND
from services.notify.domain.ladder import Behind

ReminderState = Literal["sent", "skipped"]


@dataclass(frozen=True, slots=True)
class ClimbedStep:
    """A step of some version of a deadline that fired, or was passed over for a later one."""

    version: int
    rung: str
    time: int
    planned: datetime
    state: ReminderState


@dataclass(frozen=True, slots=True)
class SentNotification:
    """A notification to one channel and what became of it; `person` is whose channel it is, unless it is a department's own."""

    recipient: str
    person: str | None
    digest: bool
    channel: str
    state: str
    attempts: int
    next_at: datetime | None
    begun: datetime | None
    ended: datetime | None
    reason: str | None


@dataclass(slots=True)
class Reminder:
    """A rung that fired (`sent`) or was passed over (`skipped`); `time` counts from 1 where a rung repeats.

    One about a changed calendar is about no single case: it has the event's id for an assignment.
    """

    id: str
    opinion: str
    assignment: str
    department: str
    kind: str
    version: int
    rung: str
    action: str
    card: str | None
    state: ReminderState
    due: datetime
    planned: datetime
    at: datetime
    message: str | None = None
    sequence: int | None = None
    time: int = 1


def behind(climbed: Iterable[ClimbedStep], version: int) -> Behind:
    """How far a version of a deadline has been climbed, and what fired in earlier ones."""
    passed, earlier, until = set(), set(), None
    for step in climbed:
        if step.version == version:
            passed.add((step.rung, step.time))
            # No rung is passed over for what somebody did by hand.
            if step.rung != BY_HAND:
                until = step.planned if until is None else max(until, step.planned)
        elif step.version < version and step.state == "sent":
            earlier.add((step.rung, step.time))
    return Behind(passed, until, earlier)
