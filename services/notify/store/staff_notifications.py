"""Notifications to staff in the store.

Those of a day that are gathered into one are taken, delivered and refused together, and each keeps its own record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.notify.domain.witness import WitnessRecord
from services.notify.store.channels import RESTING, NotificationStore, recover
from services.notify.store.tables import AnyRow, is_state, staff_notifications
from services.notify.store.witness import newest_head
from services.runtime.store.database import Database, Transaction
from services.runtime.store.statements.bulk import fetch

MOST_GATHERED = 200
_WAITING = (
    sa.select(staff_notifications.c.channel)
    .where(is_state(staff_notifications, "pending"), staff_notifications.c.next_at <= sa.bindparam("now"))
    .where(staff_notifications.c.channel.not_in(RESTING))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class TakenStaffNotifications:
    """What was taken for one attempt: one notification, or several that are `gathered`.

    `entries` are their (title, body) pairs; `attempts` counts this one. `oversees`: it goes to somebody above a department.
    """

    ids: tuple[str, ...]
    opinion: str
    entries: tuple[tuple[str, str], ...]
    attempts: int
    gathered: bool
    oversees: bool = False


class StaffNotificationStore(NotificationStore):
    """The notifications to staff of one store."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, staff_notifications)

    def waiting_channels(self, now: datetime) -> list[str]:
        """The channels that have something to send now and are not resting from a failure."""
        with self._database.reading() as connection:
            return [row.channel for row in fetch(connection, _WAITING, {"now": now})]

    def take(self, channel: str) -> TakenStaffNotifications | None:
        """Mark what a channel gets next as being sent; None when there is nothing."""
        with self._database.transaction() as work:
            rows = _next(work, channel)
            if not rows:
                return None
            change = {"state": "sending", "attempts": staff_notifications.c.attempts + 1, "begun": work.now, "next_at": None}
            ids = tuple(row.id for row in rows)
            work.execute(staff_notifications.update().where(staff_notifications.c.id.in_(ids)).values(change))
        entries = tuple((row.title, row.body) for row in rows)
        oversees = any(row.recipient != "department" for row in rows)
        attempts = max(row.attempts for row in rows) + 1
        return TakenStaffNotifications(ids, rows[0].opinion, entries, attempts, rows[0].digest, oversees)

    def newest_head(self) -> WitnessRecord | None:
        """The newest head of the ledger that was received."""
        with self._database.reading() as connection:
            return newest_head(connection)

    def delivered(self, taken: TakenStaffNotifications, channel: str) -> None:
        """The channel took it."""
        with self._database.transaction() as work:
            self.end(work, staff_notifications.c.id.in_(taken.ids), "sent", None)
            recover(work, channel)

    def refused(self, taken: TakenStaffNotifications, reason: str, again: datetime | None) -> None:
        """The channel did not take it: it is tried again at `again`, or has failed for good."""
        one = staff_notifications.c.id.in_(taken.ids)
        with self._database.transaction() as work:
            if again is None:
                self.end(work, one, "failed", reason)
            else:
                change = {"state": "pending", "next_at": again, "reason": reason, "ended": None}
                work.execute(staff_notifications.update().where(one).values(change))


def _next(work: Transaction, channel: str) -> Sequence[AnyRow]:
    """The oldest notification of a channel whose time has come, or all of those that are gathered when it is one of them."""
    table = staff_notifications.c
    waiting = (is_state(staff_notifications, "pending"), table.channel == channel, table.next_at <= work.now)
    first = work.execute(sa.select(table.digest).where(*waiting).order_by(table.next_at, table.id).limit(1)).scalar()
    if first is None:
        return []
    query = sa.select(table.id, table.opinion, table.title, table.body, table.attempts, table.digest, table.recipient)
    query = query.where(*waiting, table.digest.is_(bool(first)))
    if first:
        # A second worker waits here and finds nothing: a digest is not to be torn in two.
        query = query.order_by(table.id).limit(MOST_GATHERED).with_for_update()
    else:
        query = query.order_by(table.next_at, table.id).limit(1).with_for_update(skip_locked=True)
    return work.execute(query).all()
