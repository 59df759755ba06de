"""Sending notifications to the channels of staff."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notify.domain.letters.recipients import Undelivered, next_attempt, rest_after

if TYPE_CHECKING:
    from services.notify.domain.ladder import Ladder
    from services.notify.domain.letters.recipients import Notifier, Recipients
    from services.notify.store.staff_notifications import StaffNotificationStore, TakenStaffNotifications

log = structlog.get_logger()

#: An older attempt belongs to a process that has died. Longer than any channel may take.
LOST_AFTER = timedelta(minutes=5)

STAFF_NOTIFICATIONS_A_TURN = 50


def channels_due(store: StaffNotificationStore, ladder: Ladder, lost_after: timedelta = LOST_AFTER) -> list[str]:
    """The channels that have notifications to send now. On the way, attempts that nobody finished are marked as uncertain."""
    now = store.now()
    lost = store.give_up_lost(now - lost_after)
    if lost:
        log.warning("staff_notifications_uncertain", count=lost)
    return store.waiting_channels(now) if ladder.is_open(now) else []


def serve_channel(store: StaffNotificationStore, recipients: Recipients, notifier: Notifier, ladder: Ladder, channel: str) -> int:
    """Send what waits for a channel until there is nothing, it fails or office hours end; returns how many it took."""
    for count in range(STAFF_NOTIFICATIONS_A_TURN):
        taken = store.take(channel) if ladder.is_open(store.now()) else None
        if taken is None:
            return count
        try:
            url = recipients.url(channel)
            if url is None:
                store.refused(taken, "the channel is no longer in the catalogue", None)
                continue
            title, body = _written(store, recipients, taken, channel)
            notifier.send(url, title, body)
        except Undelivered as failure:
            _put_back(store, ladder, taken, channel, str(failure))
            return count
        store.delivered(taken, channel)
    return STAFF_NOTIFICATIONS_A_TURN


def _written(
    store: StaffNotificationStore, recipients: Recipients, taken: TakenStaffNotifications, channel: str
) -> tuple[str, str]:
    if not taken.gathered:
        return taken.entries[0]
    return recipients.gather(channel, taken.entries, store.now(), store.newest_head() if taken.oversees else None)


def _put_back(store: StaffNotificationStore, ladder: Ladder, taken: TakenStaffNotifications, channel: str, reason: str) -> None:
    now, failures = store.now(), store.failures(channel) + 1
    again = next_attempt(taken.attempts, now)
    store.refused(taken, reason, again and ladder.calendar.next_opening(again))
    store.rest(channel, failures, rest_after(failures, now), reason)
    log.warning(
        "staff_notification_refused", opinion=taken.opinion, notifications=taken.ids, channel=channel, attempts=taken.attempts
    )
