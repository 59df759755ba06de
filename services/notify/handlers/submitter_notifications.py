"""Notifications to submitters: kept as they are requested, and sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notify.domain.letters.members import comes_too_late
from services.notify.domain.letters.recipients import Undelivered, next_attempt, rest_after
from services.notify.domain.letters.submitters import AT_ONCE, FAILURES_OF_A_WAY, SubmitterNotification, cause_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from services.notify.domain.ladder import Ladder
    from services.notify.domain.letters.recipients import Notifier
    from services.notify.domain.letters.submitters import AnyLetter, SubmitterChannels
    from services.notify.store.submitter_notifications import SubmitterNotificationStore, TakenSubmitterNotification

    Keep = Callable[[SubmitterNotification, datetime], None]

log = structlog.get_logger()
SUBMITTER_NOTIFICATIONS_A_TURN = 50
TOO_LATE = "the session would have begun before it leaves"


def keep_request(submitter_channels: SubmitterChannels, message: AnyLetter, now: datetime, keep: Keep) -> None:
    """Keep a notification for each way that the submitter left; those that cannot be sent are kept as such, without the contact."""
    leaves = submitter_channels.first_at(message, now)
    for each in submitter_channels.notifications(message):
        written = SubmitterNotification(each.way, "", "", "", TOO_LATE, dropped=True) if comes_too_late(message, leaves) else each
        keep(written, leaves)
        if written.reason is not None:
            log.info(
                "submitter_notification_not_sent",
                about=message.about,
                way=written.way,
                dropped=written.dropped,
                reason=written.reason,
            )


def ways_due(store: SubmitterNotificationStore, lost_after: timedelta) -> list[str]:
    """The ways that have notifications to send now. On the way, attempts that nobody finished are marked as uncertain."""
    now = store.now()
    lost = store.give_up_lost(now - lost_after)
    if lost:
        log.warning("submitter_notifications_uncertain", count=lost)
    return store.waiting_ways(now)


def serve_way(
    store: SubmitterNotificationStore, submitter_channels: SubmitterChannels, notifier: Notifier, ladder: Ladder, way: str
) -> int:
    """Send what waits until there is nothing or the way itself seems to be dead; returns how many were taken.

    One wrong address says nothing about the others: only several failures in a row let the way rest.
    """
    sent = failed = 0
    for taken in _taken(store, way):
        reason = _send(store, submitter_channels, notifier, ladder, taken, way)
        if reason is None:
            sent, failed = sent + 1, 0
        elif reason:
            failed += 1
        if reason and failed == FAILURES_OF_A_WAY:
            failures = store.failures(way) + 1
            store.rest(way, failures, rest_after(failures, store.now()), reason)
            log.warning("way_rests", way=way, failures=failures, reason=reason)
            break
    return sent


def _taken(store: SubmitterNotificationStore, way: str) -> Iterator[TakenSubmitterNotification]:
    for _ in range(SUBMITTER_NOTIFICATIONS_A_TURN):
        taken = store.take(way)
        if taken is None:
            return
        yield taken


def _send(
    store: SubmitterNotificationStore,
    submitter_channels: SubmitterChannels,
    notifier: Notifier,
    ladder: Ladder,
    taken: TakenSubmitterNotification,
    way: str,
) -> str | None:
    """None when it was taken, the cause when the way may be at fault, an empty text when this one alone is."""
    contact, title, body = taken.content
    url = submitter_channels.url(way, contact)
    if url is None:
        store.refused(taken, "this way of writing to submitters is no longer set up", None)
        return ""
    try:
        notifier.send(url, title, body)
    except Undelivered as failure:
        # The error text may contain the address: only its cause is kept.
        reason, final = cause_of(str(failure))
        now = store.now()
        again = None if final else next_attempt(taken.attempts, now)
        # What was sent while the office is closed could not wait for it.
        waits = taken.about not in AT_ONCE and ladder.is_open(now)
        store.refused(taken, reason, ladder.calendar.next_opening(again) if again and waits else again)
        log.warning("submitter_notification_refused", written=taken.id, way=way, attempts=taken.attempts, reason=reason)
        return "" if final else reason
    store.delivered(taken, way)
    return None
