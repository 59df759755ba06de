"""Promises as they are kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.domain.moves.promising import TrackedPromise
from services.routing.store.tables import tables
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import Instant
from services.runtime.store.nouns import NounTable
from services.runtime.web.lists.listing import newest_first

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


PROMISES = NounTable(promises, TrackedPromise)


def due_promises(now: datetime, limit: int, after: After) -> sa.Select[Any]:
    """The query for open promises that are past due, the first of those behind (due, id)."""
    query = PROMISES.query.where(_OPEN, promises.c.due < now).where(behind(after, promises.c.due, promises.c.id))
    return query.order_by(promises.c.due, promises.c.id).limit(limit)


def promises_of(connection: Connection, assignment_id: str) -> list[TrackedPromise]:
    """The promises of an assignment, the earliest due first."""
    return promises_on(connection, [assignment_id])[assignment_id]


def promises_on(connection: Connection, assignments: Collection[str]) -> dict[str, list[TrackedPromise]]:
    """The promises of several assignments, the earliest due first."""
    query = PROMISES.query.where(promises.c.assignment.in_(assignments)).order_by(promises.c.due, promises.c.id)
    found: dict[str, list[TrackedPromise]] = {each: [] for each in assignments}
    for each in PROMISES.all(connection.execute(query)):
        found[each.assignment].append(each)
    return found


def list_promises(
    connection: Connection, wanted: Mapping[str, Any], overdue_at: datetime | None, after: str | None, limit: int
) -> list[TrackedPromise]:
    """Promises newest first, one more than `limit`; `overdue_at` keeps the open ones that were due by then and the broken ones."""
    query = newest_first(PROMISES.query, promises, wanted, after, limit)
    if overdue_at is not None:
        query = query.where((promises.c.state == "broken") | ((promises.c.state == "open") & (promises.c.due < overdue_at)))
    return PROMISES.all(connection.execute(query))
