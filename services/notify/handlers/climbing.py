"""Climbing the ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from services.notify.domain import message_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from services.notify.domain import Deadline, Ladder, Secretary, Step
    from services.notify.store import Called, Deadlines, Found, Reminders, Supervisions

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Climber:
    """What it takes to fire a rung, in one transaction."""

    deadlines: Deadlines
    supervisions: Supervisions
    record: Callable[[Iterable[Deadline]], Reminders]
    ladder: Ladder
    secretary: Secretary
    now: datetime


def climb(climber: Climber, found: Sequence[Found]) -> None:
    """Fire the rungs of deadlines that are due. To be called within office hours only."""
    deadlines, ladder = climber.deadlines, climber.ladder
    running = [entry.deadline for entry in found if not entry.ended]
    reminders, waits = climber.record(running), []
    for deadline in running:
        climbed = ladder.climb(deadline, reminders.behind(deadline), climber.now)
        for step in climbed.skipped:
            reminders.skip(deadline, step)
        if climbed.fired is not None:
            _fire(climber, reminders, deadline, climbed.fired)
        waits.append((deadline, climbed.following))
    deadlines.wait_for(waits)
    deadlines.close([entry.deadline.assignment for entry in found if entry.ended])


def answer(climber: Climber, called: Sequence[Called]) -> None:
    """Fire what occasions call for. To be called within office hours only."""
    reminders = climber.record([each.deadline for each in called])
    for each in called:
        for step in climber.ladder.upon(each.occasion, each.deadline):
            _fire(climber, reminders, each.deadline, step)
    climber.deadlines.answered(called)


def _fire(climber: Climber, reminders: Reminders, deadline: Deadline, step: Step) -> None:
    rung = step.rung
    supervision = climber.supervisions.raise_(deadline, rung.code) if rung.action == "supervision" else None
    # The deadline that a rating has led to is the one of the rework.
    told = replace(deadline, kind="rework") if deadline.kind == "evaluation" else deadline
    letters = climber.secretary.letters(rung, told, climber.now)
    reminders.send(deadline, step, message_of(step, deadline, supervision), letters)
    log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, letters=len(letters))
