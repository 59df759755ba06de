"""Bringing letters to their channels."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from services.notify.domain.recipients import Undelivered, next_attempt, rest_after

if TYPE_CHECKING:
    from services.notify.domain.ladder import Ladder
    from services.notify.domain.recipients import Notifier, Recipients
    from services.notify.store.staff_notifications import StaffNotificationStore, TakenStaffNotifications

log = structlog.get_logger()

#: An attempt that began so long ago belongs to a process that is no more. Longer than any channel may take.
LOST_AFTER = timedelta(minutes=5)

STAFF_NOTIFICATIONS_A_TURN = 50


def channels_due(letters: StaffNotificationStore, ladder: Ladder, lost_after: timedelta = LOST_AFTER) -> list[str]:
    """The channels that have letters to take now. On the way, attempts that nobody finished are marked as uncertain."""
    now = letters.now()
    lost = letters.give_up_lost(now - lost_after)
    if lost:
        log.warning("staff_notifications_uncertain", count=lost)
    return letters.waiting_channels(now) if ladder.is_open(now) else []


def serve_channel(letters: StaffNotificationStore, recipients: Recipients, notifier: Notifier, ladder: Ladder, channel: str) -> int:
    """Bring a channel its letters until there are none, it fails or office hours end; returns how many it took."""
    for taken in range(STAFF_NOTIFICATIONS_A_TURN):
        letter = letters.take(channel) if ladder.is_open(letters.now()) else None
        if letter is None:
            return taken
        try:
            url = recipients.url(channel)
            if url is None:
                letters.refused(letter, "the channel is no longer in the catalogue", None)
                continue
            title, body = recipients.gather(channel, letter.entries, letters.now()) if letter.gathered else letter.entries[0]
            notifier.send(url, title, body)
        except Undelivered as failure:
            _put_back(letters, ladder, letter, channel, str(failure))
            return taken
        letters.delivered(letter, channel)
    return STAFF_NOTIFICATIONS_A_TURN


def _put_back(letters: StaffNotificationStore, ladder: Ladder, letter: TakenStaffNotifications, channel: str, reason: str) -> None:
    now, failures = letters.now(), letters.failures(channel) + 1
    again = next_attempt(letter.attempts, now)
    letters.refused(letter, reason, again and ladder.calendar.next_opening(again))
    letters.rest(channel, failures, rest_after(failures, now), reason)
    log.warning("staff_notification_refused", opinion=letter.opinion, letters=letter.ids, channel=channel, attempts=letter.attempts)
