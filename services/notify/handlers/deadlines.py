"""Deadlines as notify hears of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from services.contracts.worktime import is_unpublished
from services.notify.domain import Deadline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from services.contracts.envelope import Event
    from services.contracts.messages.assignments import (
        AssignmentAdvised,
        AssignmentCancelled,
        AssignmentConcluded,
        AssignmentCreated,
        AssignmentExtended,
        AssignmentMarked,
        AssignmentObjected,
        AssignmentPaused,
        AssignmentProgressed,
        AssignmentReassigned,
        AssignmentReopened,
        AssignmentReplied,
        AssignmentRescheduled,
        AssignmentResumed,
        AssignmentSigned,
    )
    from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
    from services.notify.domain import Ladder
    from services.notify.store import DeadlineStore

    Moving = AssignmentExtended | AssignmentResumed | AssignmentRescheduled
    Telling = Moving | AssignmentReopened | PromiseMade | PromiseBroken

EVERY = "*"


def set_deadlines(deadlines: DeadlineStore, ladder: Ladder, event: Event, message: AssignmentCreated) -> None:
    """交办: keep the deadlines of a new assignment, also those that nobody is reminded of."""
    higher = message.key or message.leader is not None
    for kind, due in message.deadlines.items():
        # It says that one of them is; those of a year that is published are not.
        provisional = message.provisional and _is_doubtful(ladder, due)
        deadline = Deadline(
            message.opinion.id, message.assignment, message.department, kind, event.sequence, event.time, due, provisional,
            event.sequence, message.opinion.title, message.difficulty, higher=higher,
        )  # fmt: skip
        deadlines.open(deadline, ladder.first(deadline))
    if higher:
        deadlines.mark(message.opinion.id, True, event.sequence)


def move_deadlines(deadlines: DeadlineStore, ladder: Ladder, event: Event, message: Moving) -> None:
    """延期, the end of a pause or a changed calendar: the deadlines named get a new version, counted from where they were.

    While the case waits a changed calendar sets none going.
    """
    cause, versions = event.type.partition(".")[2], deadlines.versions(message.assignment)
    counted = {known.kind: known.counted_from for known in versions if known.version < event.sequence}
    waits = cause == "rescheduled" and _waits(deadlines, versions, event, message.assignment)
    for kind, due in message.deadlines.items():
        if kind == "evaluation":  # The submitter's, of which no department is reminded.
            continue
        deadlines.end(message.assignment, kind, event.sequence, event.time, "replaced")
        doubtful = cause != "extended" and _is_doubtful(ladder, due)
        deadline = replace(
            _about(versions, event, message, kind, due, cause), begun=counted.get(kind),
            provisional=getattr(message, "provisional", doubtful),
        )  # fmt: skip
        if waits:
            deadlines.keep_paused(deadline)
        else:
            deadlines.open(deadline, ladder.first(deadline))


def set_deadlines_again(deadlines: DeadlineStore, ladder: Ladder, event: Event, message: AssignmentReopened) -> None:
    """重办: a round with deadlines of its own; dissatisfied once too often, and the case goes to supervision."""
    versions = deadlines.versions(message.assignment)
    for kind, due in message.deadlines.items():
        deadlines.end(message.assignment, kind, event.sequence, event.time)
        deadline = _about(versions, event, message, kind, due, "reopened")
        deadlines.open(deadline, ladder.first(deadline))
    if ladder.is_for_supervision(message.cause, message.round):
        due = max(message.deadlines.values(), default=event.time)
        rated = _about(versions, event, message, "evaluation", due, "reopened")
        deadlines.call("dissatisfied", rated, ladder.calendar.next_opening(event.time))


def note_signature(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentSigned) -> None:
    """签收: nobody needs to be reminded of signing any more."""
    deadlines.end(message.assignment, "sign", event.sequence, event.time)


def note_objection(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentObjected) -> None:
    """退办申请: the right to object is used."""
    deadlines.end(message.assignment, "object", event.sequence, event.time)


def note_contact(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentProgressed) -> None:
    """面商: the first contact with the submitter; a mere note is none."""
    if message.contact is not None:
        deadlines.end(message.assignment, "contact", event.sequence, event.time)


def note_answer(
    deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentReplied | AssignmentAdvised | AssignmentConcluded
) -> None:
    """答复, 协办意见 or 办结: nobody needs to be reminded of anything but promises, unless it goes on."""
    deadlines.end(message.assignment, EVERY, event.sequence, event.time)


def note_pause(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentPaused) -> None:
    """挂起: the clock stops; the end of the pause says which deadlines go on."""
    deadlines.end(message.assignment, EVERY, event.sequence, event.time, "paused")


def note_void(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentCancelled | AssignmentReassigned) -> None:
    """转办, withdrawn, merged or answered without it: there is nothing to do any more.

    What was promised stays promised, unless the opinion itself is gone.
    """
    deadlines.end(message.assignment, EVERY, event.sequence, event.time, "void")
    if getattr(message, "why", None) in ("withdrawn", "merged"):
        deadlines.end(message.assignment, "promise", event.sequence, event.time, "void")


def note_mark(deadlines: DeadlineStore, _: Ladder, event: Event, message: AssignmentMarked) -> None:
    """重点督办, 领导领办: the case starts one rung higher from here on, or no longer; what has fired has fired."""
    deadlines.mark(event.subject, message.key or message.leader is not None, event.sequence)


def set_promise(deadlines: DeadlineStore, ladder: Ladder, event: Event, message: PromiseMade) -> None:
    """承诺: a deadline of its own, which the end of its assignment does not end."""
    deadline = _promised(deadlines, event, message)
    deadlines.open(deadline, ladder.first(deadline))


def note_kept(deadlines: DeadlineStore, _: Ladder, event: Event, message: PromiseKept) -> None:
    """承诺兑现."""
    how = "met" if message.on_time else "missed"
    deadlines.end(message.assignment, "promise", event.sequence, event.time, how, message.promise)


def note_broken(deadlines: DeadlineStore, ladder: Ladder, event: Event, message: PromiseBroken) -> None:
    """承诺失信: a red card, as soon as the office is open."""
    deadlines.end(message.assignment, "promise", event.sequence, event.time, "missed", message.promise)
    deadlines.call("broken", _promised(deadlines, event, message), ladder.calendar.next_opening(event.time))


def _waits(deadlines: DeadlineStore, versions: Sequence[Deadline], event: Event, assignment: str) -> bool:
    """Whether an assignment was paused when an event was told: its deadlines ended with a pause and have not come back since."""
    since = deadlines.paused(assignment, event.sequence)
    return since is not None and not any(
        since < known.version < event.sequence and known.cause in ("resumed", "reopened") for known in versions
    )


def _promised(deadlines: DeadlineStore, event: Event, message: PromiseMade | PromiseBroken) -> Deadline:
    versions = deadlines.versions(message.assignment)
    return replace(_about(versions, event, message, "promise", message.due, "promised"), promise=message.promise)


def _about(versions: Sequence[Deadline], event: Event, message: Telling, kind: str, due: datetime, cause: str) -> Deadline:
    """A deadline set by an event that tells less of the case than the assignment did; `versions` is what is known of it."""
    known: dict[str, Any] = {}
    if versions:
        known = {name: getattr(versions[0], name) for name in ("title", "difficulty", "higher")}
    return Deadline(
        event.subject, message.assignment, message.department, kind, event.sequence, event.time, due, False, event.sequence,
        cause=cause, **known,
    )  # fmt: skip


def _is_doubtful(ladder: Ladder, due: datetime) -> bool:
    return is_unpublished(due.astimezone(ladder.calendar.zone).date())
