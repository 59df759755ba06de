"""The state of channels: failures in a row, pauses, and attempts of dead processes."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from services.notify.store.tables import channels, is_state, staff_notifications, submitter_notifications
from services.runtime.store.database import INSERTS, Database, Transaction
from services.runtime.store.statements.bulk import first

#: What is kept of an attempt whose process died.
LOST = "the process ended during the attempt; nobody knows whether it arrived"
#: By table, the first of the attempts that were begun before an instant and have not ended.
_FIRST_LOST = {
    table: sa.select(table.c.id).where(is_state(table, "sending"), table.c.begun < sa.bindparam("before")).limit(1)
    for table in (staff_notifications, submitter_notifications)
}
#: The channels that are left alone at `now`.
RESTING = sa.select(channels.c.channel).where(channels.c.rests_until > sa.bindparam("now"))


class NotificationStore:
    """Notifications of one table that wait, one attempt at a time, and how their channels are doing. Each step is a commit of its
    own."""

    def __init__(self, database: Database, table: sa.Table) -> None:
        self._database, self._table = database, table

    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._database.clock.now()

    def failures(self, channel: str) -> int:
        """How often in a row a channel has failed."""
        query = sa.select(channels.c.failures).where(channels.c.channel == self.recorded_as(channel))
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def rest(self, channel: str, failures: int, until: datetime, reason: str) -> None:
        """Leave a channel alone after its failure number `failures` in a row; two workers may find out at once."""
        row = {"failures": failures, "rests_until": until, "reason": reason}
        with self._database.transaction() as work:
            insert = INSERTS[work.connection.dialect.name](channels).values(channel=self.recorded_as(channel), **row)
            work.execute(insert.on_conflict_do_update(index_elements=[channels.c.channel], set_=row))

    def give_up_lost(self, begun_before: datetime) -> int:
        """Mark attempts whose process must have died as `uncertain`: nobody knows whether they arrived; returns how many."""
        with self._database.reading() as connection:
            # Without a lock, because there nearly never are any.
            if first(connection, _FIRST_LOST[self._table], {"before": begun_before}) is None:
                return 0
        lost = sa.and_(is_state(self._table, "sending"), self._table.c.begun < begun_before)
        with self._database.transaction() as work:
            return self.end(work, lost, "uncertain", LOST)

    def end(self, work: Transaction, which: sa.ColumnElement[bool], state: str, reason: str | None) -> int:
        """Record that some notifications have ended in a state; returns how many."""
        change = {"state": state, "ended": work.now, "next_at": None, "reason": reason}
        return int(work.execute(self._table.update().where(which).values(change)).rowcount)

    def recorded_as(self, channel: str) -> str:
        """Under which name the failures of a channel are recorded."""
        return channel


def recover(work: Transaction, channel: str) -> None:
    """A channel answers again."""
    work.execute(channels.delete().where(channels.c.channel == channel))
