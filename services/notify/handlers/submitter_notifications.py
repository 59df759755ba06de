"""Letters to submitters: taken in as they are heard, and brought to whom they are for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notify.domain.recipients import Undelivered, next_attempt, rest_after
from services.notify.domain.submitters import FAILURES_OF_A_WAY, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.contracts.messages.supervision import LetterRequested
    from services.notify.domain.ladder import Ladder
    from services.notify.domain.recipients import Notifier
    from services.notify.domain.submitters import SubmitterChannels, SubmitterNotification
    from services.notify.store.submitter_notifications import SubmitterNotificationStore, TakenSubmitterNotification

    Keep = Callable[[SubmitterNotification, datetime], None]

log = structlog.get_logger()
SUBMITTER_NOTIFICATIONS_A_TURN = 50


def keep_request(submitter_channels: SubmitterChannels, message: LetterRequested, now: datetime, keep: Keep) -> None:
    """Keep a letter for each way that the submitter left; those that cannot be sent are kept as such, without the contact."""
    for note in submitter_channels.notes(message):
        keep(note, submitter_channels.first_at(message.about, now))
        if note.reason is not None:
            log.info("submitter_notification_not_sent", about=message.about, way=note.way, dropped=note.dropped, reason=note.reason)


def ways_due(notes: SubmitterNotificationStore, lost_after: timedelta) -> list[str]:
    """The ways that have letters to take now. On the way, attempts that nobody finished are marked as uncertain."""
    now = notes.now()
    lost = notes.give_up_lost(now - lost_after)
    if lost:
        log.warning("submitter_notifications_uncertain", count=lost)
    return notes.waiting_ways(now)


def serve_way(
    notes: SubmitterNotificationStore, submitter_channels: SubmitterChannels, notifier: Notifier, ladder: Ladder, way: str
) -> int:
    """Send what waits until there is nothing or the way itself seems to be dead; returns how many letters were taken.

    One wrong address says nothing about the others: only several failures in a row let the way rest.
    """
    sent = failed = 0
    for letter in _letters(notes, way):
        reason = _send(notes, submitter_channels, notifier, ladder, letter, way)
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


def _letters(notes: SubmitterNotificationStore, way: str) -> Iterator[TakenSubmitterNotification]:
    for _ in range(SUBMITTER_NOTIFICATIONS_A_TURN):
        letter = notes.take(way)
        if letter is None:
            return
        yield letter


def _send(
    notes: SubmitterNotificationStore,
    submitter_channels: SubmitterChannels,
    notifier: Notifier,
    ladder: Ladder,
    letter: TakenSubmitterNotification,
    way: str,
) -> str | None:
    """None when it was taken, the cause when the way may be at fault, an empty text when the letter alone is."""
    contact, title, body = letter.letter
    url = submitter_channels.url(way, contact)
    if url is None:
        notes.refused(letter, "this way of writing to submitters is no longer set up", None)
        return ""
    try:
        notifier.send(url, title, body)
    except Undelivered as failure:
        # What was said may hold the address: only the cause is kept.
        reason, final = cause_of(str(failure))
        now = notes.now()
        again = None if final else next_attempt(letter.attempts, now)
        notes.refused(letter, reason, again and (again if letter.about == "received" else ladder.calendar.next_opening(again)))
        log.warning("submitter_notification_refused", note=letter.id, way=way, attempts=letter.attempts, reason=reason)
        return "" if final else reason
    notes.delivered(letter, way)
    return None
