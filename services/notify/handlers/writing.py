"""Letters to submitters: taken in as they are heard, and brought to whom they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notify.domain import FAILURES_OF_A_WAY, Undelivered, cause_of, next_attempt, rest_after

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.contracts.messages.supervision import LetterRequested
    from services.notify.domain import Courier, Ladder, Note, Postbox
    from services.notify.store import Notes, Sendable

    Keep = Callable[[Note, datetime], None]

log = structlog.get_logger()
NOTES_A_VISIT = 50


def note_request(postbox: Postbox, message: LetterRequested, now: datetime, keep: Keep) -> None:
    """Keep a letter for each way that the submitter left; those that cannot be sent are kept as such, without the contact."""
    for note in postbox.notes(message):
        keep(note, postbox.first_at(message.about, now))
        if note.reason is not None:
            log.info("note_not_sent", about=message.about, way=note.way, dropped=note.dropped, reason=note.reason)


def ways_to_visit(notes: Notes, lost_after: timedelta) -> list[str]:
    """The ways that have letters to take now. On the way, attempts that nobody finished are marked as uncertain."""
    now = notes.now()
    lost = notes.give_up_lost(now - lost_after)
    if lost:
        log.warning("notes_uncertain", count=lost)
    return notes.waiting_ways(now)


def visit_way(notes: Notes, postbox: Postbox, courier: Courier, ladder: Ladder, way: str) -> int:
    """Send what waits until there is nothing or the way itself seems to be dead; returns how many letters were taken.

    One wrong address says nothing about the others: only several failures in a row let the way rest.
    """
    sent = failed = 0
    for letter in _letters(notes, way):
        reason = _send(notes, postbox, courier, ladder, letter, way)
        if reason is None:
            sent, failed = sent + 1, 0
        elif reason:
            failed += 1
        if reason and failed == FAILURES_OF_A_WAY:
            failures = notes.failures(way) + 1
            notes.rest(way, failures, rest_after(failures, notes.now()), reason)
            log.warning("way_rests", way=way, failures=failures, reason=reason)
            break
    return sent


def _letters(notes: Notes, way: str) -> Iterator[Sendable]:
    for _ in range(NOTES_A_VISIT):
        letter = notes.take(way)
        if letter is None:
            return
        yield letter


def _send(notes: Notes, postbox: Postbox, courier: Courier, ladder: Ladder, letter: Sendable, way: str) -> str | None:
    """None when it was taken, the cause when the way may be at fault, an empty text when the letter alone is."""
    contact, title, body = letter.letter
    url = postbox.url(way, contact)
    if url is None:
        notes.refused(letter, "this way of writing to submitters is no longer set up", None)
        return ""
    try:
        courier.send(url, title, body)
    except Undelivered as failure:
        # What was said may hold the address: only the cause is kept.
        reason, final = cause_of(str(failure))
        now = notes.now()
        again = None if final else next_attempt(letter.attempts, now)
        notes.refused(letter, reason, again and (again if letter.about == "received" else ladder.calendar.next_opening(again)))
        log.warning("note_refused", note=letter.id, way=way, attempts=letter.attempts, reason=reason)
        return "" if final else reason
    notes.delivered(letter, way)
    return None
