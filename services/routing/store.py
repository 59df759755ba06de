"""Tables and queries of routing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.messages import Message
from services.runtime.database import Instant, Transaction, rows_of

tables = sa.MetaData()
assignments = sa.Table(
    "assignments",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("difficulty", sa.String(40), nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("created", Instant, nullable=False),
    sa.Column("sign_by", Instant, nullable=False),
    sa.Column("object_by", Instant, nullable=False),
    sa.Column("contact_by", Instant, nullable=False),
    sa.Column("reply_by", Instant, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("signed", Instant),
    sa.Column("replied", Instant),
    sa.Column("reply", sa.Text),
    sa.Column("outcome", sa.String(12)),
    sa.Column("on_time", sa.Boolean),
    sa.Column("promise", sa.JSON),
    sa.Column("evaluate_by", Instant),
    sa.Column("concluded", Instant),
    sa.Column("said", sa.Integer, nullable=False),
    sa.Index("assignments_department", "department", "id"),
    sa.Index("assignments_opinion", "opinion"),
)
#: Whatever goes wrong elsewhere, an opinion has one lead department.
sa.Index(
    "assignments_one_lead", assignments.c.opinion, unique=True,
    sqlite_where=assignments.c.role == "lead", postgresql_where=assignments.c.role == "lead",
)  # fmt: skip
#: Only replies that wait for their rating, so that a look at them costs what lapses, not what exists.
sa.Index(
    "assignments_evaluate_by", assignments.c.evaluate_by,
    sqlite_where=assignments.c.state == "replied", postgresql_where=assignments.c.state == "replied",
)  # fmt: skip


class RoutingStore:
    """Routing's side of one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.now = work.now

    def say(self, message: Message, opinion: str, sequence: int) -> None:
        """Put a message about an opinion into the outbox."""
        self._work.say(message, subject=opinion, sequence=sequence)

    def add(self, row: dict[str, Any]) -> None:
        """Store a new assignment; a second lead for one opinion fails the commit."""
        self._work.add(assignments, row)

    def assignment(self, assignment_id: str) -> Mapping[str, Any] | None:
        """One assignment, locked until the commit."""
        query = sa.select(assignments).where(assignments.c.id == assignment_id).with_for_update()
        return next(iter(rows_of(self._work.execute(query))), None)

    def change(self, assignment_id: str, **values: Any) -> None:
        """Set columns of an assignment."""
        self._work.execute(assignments.update().where(assignments.c.id == assignment_id).values(**values))

    def lapsed(self, before: datetime, limit: int) -> list[Mapping[str, Any]]:
        """Replied assignments whose evaluation window closed before then, locked; those another worker holds are passed over."""
        query = (
            sa.select(assignments)
            .where(assignments.c.state == sa.literal_column("'replied'"), assignments.c.evaluate_by < before)
            .order_by(assignments.c.evaluate_by)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return rows_of(self._work.execute(query))


def find(connection: Connection, assignment_id: str) -> Mapping[str, Any] | None:
    """One assignment."""
    return next(iter(rows_of(connection.execute(sa.select(assignments).where(assignments.c.id == assignment_id)))), None)


def listing(
    connection: Connection, wanted: Mapping[str, Any], overdue_at: datetime | None, after: str | None, limit: int
) -> list[Mapping[str, Any]]:
    """Assignments newest first, one more than `limit`; `overdue_at` keeps those without a reply whose deadline has passed."""
    query = sa.select(assignments).order_by(assignments.c.id.desc()).limit(limit + 1)
    for name, value in wanted.items():
        if value is not None:
            query = query.where(assignments.c[name] == value)
    if overdue_at is not None:
        query = query.where(assignments.c.replied.is_(None), assignments.c.reply_by < overdue_at)
    if after is not None:
        query = query.where(assignments.c.id < after)
    return rows_of(connection.execute(query))


def state_of(row: Mapping[str, Any]) -> State:
    """The state of a stored assignment."""
    return State(row["state"])
