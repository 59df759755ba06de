"""Climbing the ladder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace as replace_fields

from services.notify.domain.ladder import Step, by_hand, message_of
from services.notify.domain.supervisions import supervisable
from services.notify.handlers.supervising import raise_supervision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from services.notify.domain.ladder import Deadline, Ladder
    from services.notify.domain.letters.recipients import Recipients
    from services.notify.domain.supervisions import Supervision
    from services.notify.store.deadlines import DeadlineStore, DueDeadline, DueOccasion
    from services.notify.store.reminders import ReminderStore
    from services.notify.store.supervision.supervisions import SupervisionStore

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


def supervise(climber: Climber, assignment: str, reason: str, by: str | None) -> Supervision:
    """督办 by hand: put what a department has to answer under supervision, whatever its clock says, and tell it so.

    Raises `Invalid`, and `Conflict` where it is under supervision already or has nothing left to answer.
    """
    found, supervisions = climber.deadlines.answer_due(assignment), climber.supervisions
    has_ended = found is not None and climber.deadlines.has_ended(found)
    deadline = supervisable(found, has_ended=has_ended, is_supervised=supervisions.is_supervised(assignment))
    reminders = climber.record([deadline])
    supervision = supervisions.new_by_hand(deadline, reason, by)
    supervisions.save([supervision])
    rung = by_hand(deadline.kind)
    step = Step(rung, climber.now, climber.now, reminders.behind(deadline).times(rung.code) + 1)
    message = replace_fields(message_of(step, deadline, supervision.id), reason=reason)
    reminders.send(deadline, step, message, climber.recipients.notifications(rung, deadline, climber.now))
    reminders.settle()
    return supervision


def _fire(climber: Climber, reminders: ReminderStore, deadline: Deadline, step: Step) -> None:
    rung = step.rung
    supervision = raise_supervision(climber.supervisions, deadline, rung.code) if rung.action == "supervision" else None
    # The deadline that a rating has led to is the one of the rework.
    told = replace(deadline, kind="rework") if deadline.kind == "evaluation" else deadline
    notifications = climber.recipients.notifications(rung, told, climber.now)
    reminders.send(deadline, step, message_of(step, deadline, supervision), notifications)
    log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, notifications=len(notifications))
