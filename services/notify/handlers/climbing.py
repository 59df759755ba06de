"""Climbing the ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from services.notify.domain import message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from services.notify.domain import Deadline, Ladder, Secretary, Step
    from services.notify.store import Deadlines, Reminders, Supervisions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Climber:
    """What it takes to fire a rung, in one transaction."""

    deadlines: Deadlines
    supervisions: Supervisions
    record: Callable[[Iterable[Deadline]], Reminders]
    ladder: Ladder
    secretary: Secretary


def climb(climber: Climber, now: datetime, batch: int) -> int:
    """Fire the rungs that are due at `now`, for at most `batch` deadlines; returns how many deadlines were looked at.

    Nothing fires outside office hours: what fell due there waits for the next opening.
    """
    if not climber.ladder.is_open(now):
        return 0
    deadlines, ladder = climber.deadlines, climber.ladder
    called = deadlines.called(now, batch)
    found = deadlines.due(now, batch)
    running = [entry.deadline for entry in found if not entry.ended]
    reminders, waits = climber.record([*running, *(deadline for _, deadline in called)]), []
    for occasion, deadline in called:
        for step in ladder.upon(occasion, deadline):
            _fire(climber, reminders, deadline, step, now)
    for deadline in running:
        climbed = ladder.climb(deadline, reminders.behind(deadline), now)
        for step in climbed.skipped:
            reminders.skip(deadline, step)
        if climbed.fired is not None:
            _fire(climber, reminders, deadline, climbed.fired, now)
        waits.append((deadline, climbed.following))
    deadlines.wait_for(waits)
    deadlines.close([entry.deadline.assignment for entry in found if entry.ended])
    return max(len(found), len(called))


def _fire(climber: Climber, reminders: Reminders, deadline: Deadline, step: Step, now: datetime) -> None:
    rung = step.rung
    supervision = climber.supervisions.raise_(deadline, rung.code) if rung.action == "supervision" else None
    # The deadline that a rating has led to is the one of the rework.
    told = replace(deadline, kind="rework") if deadline.kind == "evaluation" else deadline
    letters = climber.secretary.letters(rung, told, now)
    reminders.send(deadline, step, message_of(step, deadline, supervision), letters)
    log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, letters=len(letters))
