"""What notify does: keep deadlines as it hears of them, climb the ladder, bring letters to their channels, and answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.contracts.errors import NotAllowed
from services.notify.domain import Deadline, Undelivered, deadlines_in, message_of, next_attempt, rest_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

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
    from services.notify.domain import Courier, Ladder, Secretary
    from services.notify.store import Deadlines, Letters, Posted, Reminders

    Ending = AssignmentReplied | AssignmentConcluded | AssignmentPaused | AssignmentReassigned | AssignmentCancelled

log = structlog.get_logger()
EVERY = "*"
#: An attempt that began so long ago belongs to a process that is no more. Longer than any channel may take.
LOST_AFTER = timedelta(minutes=5)
LETTERS_A_VISIT = 50


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


def climb(
    deadlines: Deadlines,
    record: Callable[[Iterable[Deadline]], Reminders],
    ladder: Ladder,
    secretary: Secretary,
    now: datetime,
    batch: int,
) -> int:
    """Fire the rungs that are due at `now`, for at most `batch` deadlines; returns how many deadlines were looked at.

    Nothing fires outside office hours: what fell due there waits for the next opening.
    """
    if not ladder.is_open(now):
        return 0
    found = deadlines.due(now, batch)
    running = [entry.deadline for entry in found if entry.ended is None]
    reminders, waits = record(running), []
    for deadline in running:
        climbed = ladder.climb(deadline, reminders.passed(deadline), now)
        for step in climbed.skipped:
            reminders.skip(deadline, step)
        if climbed.fired is not None:
            rung = climbed.fired.rung
            letters = secretary.letters(rung, deadline, now)
            reminders.send(deadline, climbed.fired, message_of(rung, deadline), letters)
            log.info("rung_fired", opinion=deadline.opinion, deadline=deadline.id, rung=rung.code, letters=len(letters))
        waits.append((deadline, climbed.following))
    deadlines.wait_for(waits)
    deadlines.close([(entry.deadline, entry.ended) for entry in found if entry.ended is not None])
    return len(found)


def channels_to_visit(letters: Letters, ladder: Ladder) -> list[str]:
    """The channels that have letters to take now. On the way, attempts that nobody finished are marked as uncertain."""
    now = letters.now()
    lost = letters.give_up_lost(now - LOST_AFTER)
    if lost:
        log.warning("letters_uncertain", count=lost)
    return letters.waiting_channels(now) if ladder.is_open(now) else []


def visit_channel(letters: Letters, secretary: Secretary, courier: Courier, ladder: Ladder, channel: str) -> int:
    """Bring a channel its letters until there are none, it fails or office hours end; returns how many it took."""
    for taken in range(LETTERS_A_VISIT):
        letter = letters.take(channel) if ladder.is_open(letters.now()) else None
        if letter is None:
            return taken
        url = secretary.url(channel)
        if url is None:
            letters.refused(letter, "the channel is no longer in the catalogue", None)
            continue
        try:
            courier.send(url, letter.title, letter.body)
        except Undelivered as failure:
            _put_back(letters, ladder, letter, channel, str(failure))
            return taken
        letters.delivered(letter, channel)
    return LETTERS_A_VISIT


def _put_back(letters: Letters, ladder: Ladder, letter: Posted, channel: str, reason: str) -> None:
    now, failures = letters.now(), letters.failures(channel) + 1
    again = next_attempt(letter.attempts, now)
    letters.refused(letter, reason, again and ladder.calendar.next_opening(again))
    letters.rest(channel, failures, rest_after(failures, now), reason)
    log.warning("letter_refused", opinion=letter.opinion, letter=letter.id, channel=channel, attempts=letter.attempts)


def own_only(department: str | None, asked: str | None) -> str | None:
    """The department a list is narrowed to: a department's caller sees its own. Raises `NotAllowed` for another's."""
    if department is not None and asked not in (None, department):
        raise NotAllowed("A department sees its own only.", {"department": [f"leave it out, or ask for {department}"]})
    return department or asked
