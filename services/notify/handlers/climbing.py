"""Climbing the ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from services.notify.domain.ladder import message_of
from services.notify.handlers.supervising import raise_supervision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from services.notify.domain.ladder import Deadline, Ladder, Step
    from services.notify.domain.letters.recipients import Recipients
    from services.notify.store.deadlines import DeadlineStore, DueDeadline, DueOccasion
    from services.notify.store.reminders import ReminderStore
    from services.notify.store.supervisions import SupervisionStore

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Climber:
    """What it takes to fire a rung, in one transaction."""

    deadlines: DeadlineStore
    supervisions: SupervisionStore
    record: Callable[[Iterable[Deadline]], ReminderStore]
    ladder: Ladder
    recipients: Recipients
    now: datetime


def climb(climber: Climber, found: Sequence[DueDeadline]) -> None:
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
    reminders.settle()


def answer(climber: Climber, due: Sequence[DueOccasion]) -> None:
    """Fire what occasions call for. To be called within office hours only."""
    called = [each.occasion for each in due]
    reminders = climber.record([occasion.deadline for occasion in called])
    for occasion in called:
        for step in climber.ladder.upon(occasion.occasion, occasion.deadline):
            _fire(climber, reminders, occasion.deadline, step)
    climber.deadlines.remove(due)
    reminders.settle()


def _fire(climber: Climber, reminders: ReminderStore, deadline: Deadline, step: Step) -> None:
    rung = step.rung
    supervision = raise_supervision(climber.supervisions, deadline, rung.code) if rung.action == "supervision" else None
    # The deadline that a rating has led to is the one of the rework.
    told = replace(deadline, kind="rework") if deadline.kind == "evaluation" else deadline
    notifications = climber.recipients.notifications(rung, told, climber.now)
    reminders.send(deadline, step, message_of(step, deadline, supervision), notifications)
    log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, notifications=len(notifications))
