"""The post: letters that wait, one attempt at a time, and how their channels are doing. Each step is a commit of its own.

Letters of a day that are gathered into one are taken, delivered and refused together, and each keeps its own record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from services.notify.store.channels import LOST, failures_of, let_rest, lost_attempts, recover, resting
from services.notify.store.tables import AnyRow, is_state, letters
from services.runtime.store.database import Database, Transaction

MOST_GATHERED = 200


@dataclass(frozen=True, slots=True)
class TakenStaffNotifications:
    """What was taken out of the post for one attempt: one letter, or several that are `gathered`.

    `entries` are their (title, body) pairs; `attempts` counts this one.
    """

    ids: tuple[str, ...]
    opinion: str
    entries: tuple[tuple[str, str], ...]
    attempts: int
    gathered: bool


class StaffNotificationStore:
    """The letters of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._database.clock.now()

    def waiting_channels(self, now: datetime) -> list[str]:
        """The channels that have a letter to send now and are not resting from a failure."""
        query = sa.select(letters.c.channel).where(is_state(letters, "pending"), letters.c.next_at <= now).distinct()
        with self._database.reading() as connection:
            return list(connection.execute(query.where(letters.c.channel.not_in(resting(now)))).scalars())

    def take(self, channel: str) -> TakenStaffNotifications | None:
        """Mark what a channel gets next as being sent; None when there is nothing."""
        with self._database.transaction() as work:
            rows = _next(work, channel)
            if not rows:
                return None
            change = {"state": "sending", "attempts": letters.c.attempts + 1, "begun": work.now, "next_at": None}
            ids = tuple(row.id for row in rows)
            work.execute(letters.update().where(letters.c.id.in_(ids)).values(change))
        entries = tuple((row.title, row.body) for row in rows)
        return TakenStaffNotifications(ids, rows[0].opinion, entries, max(row.attempts for row in rows) + 1, rows[0].digest)

    def delivered(self, letter: TakenStaffNotifications, channel: str) -> None:
        """The channel took it."""
        with self._database.transaction() as work:
            work.execute(letters.update().where(letters.c.id.in_(letter.ids)).values(state="sent", ended=work.now, reason=None))
            recover(work, channel)

    def refused(self, letter: TakenStaffNotifications, reason: str, again: datetime | None) -> None:
        """The channel did not take it: it is tried again at `again`, or has failed for good."""
        with self._database.transaction() as work:
            change = {"state": "pending" if again else "failed", "next_at": again, "reason": reason}
            one = letters.update().where(letters.c.id.in_(letter.ids))
            work.execute(one.values(**change, ended=None if again else work.now))

    def failures(self, channel: str) -> int:
        """How often in a row the channel has failed."""
        with self._database.reading() as connection:
            return failures_of(connection, channel)

    def rest(self, channel: str, failures: int, until: datetime, reason: str) -> None:
        """Leave a channel alone after its failure number `failures` in a row."""
        with self._database.transaction() as work:
            let_rest(work, channel, failures, until, reason)

    def give_up_lost(self, begun_before: datetime) -> int:
        """Mark attempts whose process must have died as `uncertain`: nobody knows whether they arrived; returns how many."""
        lost = lost_attempts(self._database, letters, begun_before)
        if lost is None:
            return 0
        with self._database.transaction() as work:
            change = letters.update().where(lost).values(state="uncertain", ended=work.now, reason=LOST)
            return int(work.execute(change).rowcount)


def _next(work: Transaction, channel: str) -> Sequence[AnyRow]:
    """The oldest letter of a channel whose time has come, or all of those that are gathered when it is one of them."""
    table = letters.c
    waiting = (is_state(letters, "pending"), table.channel == channel, table.next_at <= work.now)
    first = work.execute(sa.select(table.digest).where(*waiting).order_by(table.next_at, table.id).limit(1)).scalar()
    if first is None:
        return []
    query = sa.select(table.id, table.opinion, table.title, table.body, table.attempts, table.digest)
    query = query.where(*waiting, table.digest.is_(bool(first)))
    if first:
        # Whoever comes second waits here and finds nothing: a day's letter is not to be torn in two.
        query = query.order_by(table.id).limit(MOST_GATHERED).with_for_update()
    else:
        query = query.order_by(table.next_at, table.id).limit(1).with_for_update(skip_locked=True)
    return work.execute(query).all()
