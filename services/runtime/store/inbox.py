"""The inbox: which messages have been handled. A message that is delivered twice takes effect once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.topology import dead_queue
from services.runtime.store.database import INSERTS, Instant, Transaction
from services.runtime.store.outgoing.outbox import tables
from services.runtime.store.statements.bulk import among, fetch, insert_into, run_many

inbox_table = sa.Table(
    "inbox",
    tables,
    sa.Column("message_id", sa.String(64), nullable=False),
    sa.Column("queue", sa.String(64), nullable=False),
    sa.Column("received", Instant, nullable=False),
    sa.PrimaryKeyConstraint("message_id", "queue"),
)

#: Ids in one look into the inbox.
A_LOOK = 500
_KNOWN = sa.select(inbox_table.c.message_id).where(
    inbox_table.c.queue == sa.bindparam("of"), among(inbox_table.c.message_id, "ids")
)


def claim(work: Transaction, queue: str, message_ids: Sequence[str]) -> set[str]:
    """Enter the ids into the inbox and return those that were not there; rolled back with the transaction."""
    # Sorted: the same order in every worker, so that two of them cannot wait for each other.
    unique = sorted(set(message_ids))
    known = _known(work.connection, queue, unique)
    fresh = [message_id for message_id in unique if message_id not in known]
    if fresh:
        rows = [{"message_id": message_id, "queue": queue, "received": work.now} for message_id in fresh]
        run_many(work.connection, insert_into(inbox_table), rows)
    return set(fresh)


def unknown(connection: Connection, queue: str, message_ids: Sequence[str]) -> tuple[list[str], bool]:
    """The ids that this queue's consumer has never received, and whether any of the others is still unhandled."""
    missing: list[str] = []
    waits = False
    for start in range(0, len(message_ids), A_LOOK):
        ids = message_ids[start : start + A_LOOK]
        known = _known(connection, queue, ids)
        left = [each for each in ids if each not in known]
        if left:
            resting = _known(connection, dead_queue(queue), left)
            waits = waits or bool(resting)
            missing += [each for each in left if each not in resting]
    return missing, waits


def note_failed(work: Transaction, queue: str, message_ids: Sequence[str]) -> None:
    """Remember that messages came but could not be handled: they wait in a retry queue or for a person."""
    rows = [{"message_id": each, "queue": dead_queue(queue), "received": work.now} for each in sorted(set(message_ids))]
    if rows:
        work.execute(INSERTS[work.connection.dialect.name](inbox_table).on_conflict_do_nothing(), rows)


def prune(work: Transaction, before_days: int) -> int:
    """Forget ids older than `before_days`; returns how many. Must exceed the age of any copy that may still come."""
    limit = work.now - timedelta(days=before_days)
    return int(work.execute(inbox_table.delete().where(inbox_table.c.received < limit)).rowcount)


def _known(connection: Connection, queue: str, message_ids: Sequence[str]) -> set[str]:
    return {message_id for (message_id,) in fetch(connection, _KNOWN, {"of": queue, "ids": message_ids})}
