"""Promises as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.values import Promise
from services.routing.store.tables import tables
from services.runtime.clock import new_id
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import Instant, Transaction, rows_of
from services.runtime.web.listing import newest_first

Row = Mapping[str, Any]
promises = sa.Table(
    "promises",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), nullable=False, index=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("supervision", sa.String(36)),
    sa.Column("made", Instant, nullable=False),
    sa.Column("kept", Instant),
    sa.Column("evidence", sa.Text),
    sa.Index("promises_department", "department", "id"),
)
#: As a literal, so that both databases see that the partial index fits: a look at what is due costs what is due.
_OPEN = promises.c.state == sa.literal_column("'open'")
sa.Index("promises_due", promises.c.due, sqlite_where=_OPEN, postgresql_where=_OPEN)


class PromiseStore:
    """Promises within one transaction. Who changes one holds the case of its opinion."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, row: Row, promise: Promise, supervision: str | None) -> str:
        """Store a promise made for an assignment (`row`), with a name beside it; returns its id."""
        promise_id = new_id()
        self._work.add(promises, {
            "id": promise_id, "assignment": row["id"], "opinion": row["opinion"], "department": row["department"],
            "what": promise.what, "who": promise.who, "due": promise.due, "state": "open", "supervision": supervision,
            "made": self._work.now,
        })  # fmt: skip
        return promise_id

    def of(self, assignment_id: str) -> list[Row]:
        """The promises of an assignment, the earliest due first."""
        return promises_of(self._work.execute, assignment_id)

    def change(self, promise_id: str, **values: Any) -> None:
        """Set columns of a promise."""
        self._work.execute(promises.update().where(promises.c.id == promise_id).values(**values))

    def due(self, limit: int, after: After = None) -> list[Row]:
        """(id, assignment, due) of open promises that are past due, the first of those behind (due, id). Not locked: look again
        under the case's lock."""
        query = sa.select(promises.c.id, promises.c.assignment, promises.c.due).where(_OPEN, promises.c.due < self._work.now)
        query = query.where(behind(after, promises.c.due, promises.c.id)).order_by(promises.c.due, promises.c.id)
        return rows_of(self._work.execute(query.limit(limit)))


def promises_of(execute: Any, assignment_id: str) -> list[Row]:
    """The promises of an assignment, the earliest due first. `execute` is a connection's or a transaction's."""
    return rows_of(
        execute(sa.select(promises).where(promises.c.assignment == assignment_id).order_by(promises.c.due, promises.c.id))
    )


def list_promises(
    connection: Connection, wanted: Mapping[str, Any], overdue_at: datetime | None, after: str | None, limit: int
) -> list[Row]:
    """Promises newest first, one more than `limit`; `overdue_at` keeps the open ones that were due by then and the broken ones."""
    query = newest_first(sa.select(promises), promises, wanted, after, limit)
    if overdue_at is not None:
        query = query.where((promises.c.state == "broken") | ((promises.c.state == "open") & (promises.c.due < overdue_at)))
    return rows_of(connection.execute(query))
