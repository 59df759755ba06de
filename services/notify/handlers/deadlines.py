"""Deadlines as notify hears of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notify.domain import Deadline, deadlines_in

if TYPE_CHECKING:
    from services.contracts.envelope import Event
    from services.contracts.messages import (
        AssignmentCancelled,
        AssignmentConcluded,
        AssignmentCreated,
        AssignmentExtended,
        AssignmentPaused,
        AssignmentReassigned,
        AssignmentReopened,
        AssignmentReplied,
        AssignmentResumed,
        AssignmentSigned,
    )
    from services.notify.domain import Ladder
    from services.notify.store import Deadlines

    Ending = AssignmentReplied | AssignmentConcluded | AssignmentPaused | AssignmentReassigned | AssignmentCancelled

EVERY = "*"


def set_deadlines(deadlines: Deadlines, ladder: Ladder, event: Event, message: AssignmentCreated) -> None:
    """交办: keep the deadlines of a new assignment."""
    for kind, due in deadlines_in(ladder, message.deadlines):
        deadline = Deadline(
            message.opinion.id, message.assignment, message.department, kind, event.sequence, event.time, due, message.provisional,
            event.sequence, message.opinion.title, message.difficulty,
        )  # fmt: skip
        deadlines.open(deadline, ladder.first(deadline))


def set_deadlines_again(
    deadlines: Deadlines, ladder: Ladder, event: Event, message: AssignmentReopened | AssignmentExtended | AssignmentResumed
) -> None:
    """重办, 延期 or the end of a pause: the deadlines named get a new version; what ran before is over."""
    for kind in message.deadlines:
        deadlines.end(message.assignment, kind, event.sequence, event.time)
    title, difficulty = deadlines.known(message.assignment)
    for kind, due in deadlines_in(ladder, message.deadlines):
        deadline = Deadline(
            event.subject, message.assignment, message.department, kind, event.sequence, event.time, due, False,
            event.sequence, title, difficulty,
        )  # fmt: skip
        deadlines.open(deadline, ladder.first(deadline))


def note_signature(deadlines: Deadlines, _: Ladder, event: Event, message: AssignmentSigned) -> None:
    """签收: nobody needs to be reminded of signing any more."""
    deadlines.end(message.assignment, "sign", event.sequence, event.time)


def note_end(deadlines: Deadlines, _: Ladder, event: Event, message: Ending) -> None:
    """答复, 办结, 挂起, 改交, withdrawn or merged: nobody needs to be reminded of anything, unless it goes on."""
    deadlines.end(message.assignment, EVERY, event.sequence, event.time)
