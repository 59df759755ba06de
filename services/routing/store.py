"""Tables and queries of routing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.messages import Message
from services.runtime.clock import new_id
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
    sa.Column("original_reply_by", Instant, nullable=False),
    sa.Column("extensions", sa.Integer, nullable=False),
    sa.Column("asked_until", Instant),
    sa.Column("asked_reason", sa.Text),
    sa.Column("proposed", sa.String(40)),
    sa.Column("objection", sa.Text),
    sa.Column("transfers", sa.Integer, nullable=False),
    sa.Column("paused", Instant),
    sa.Column("paused_until", Instant),
    sa.Column("pauses", sa.Integer, nullable=False),
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
rulings = sa.Table(
    "rulings",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), nullable=False, index=True),
    sa.Column("about", sa.String(12), nullable=False),
    sa.Column("granted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("target", sa.String(40)),
    sa.Index("rulings_topic", "topic", "id"),
)
_LEADS = (assignments.c.role == "lead") & (assignments.c.state != "reassigned")
_REPLIED, _PAUSED = assignments.c.state == "replied", assignments.c.state == "paused"
#: Whatever goes wrong elsewhere, an opinion has one lead department.
sa.Index("assignments_one_lead", assignments.c.opinion, unique=True, sqlite_where=_LEADS, postgresql_where=_LEADS)
#: Only replies that wait for their rating, and cases that wait for somebody: a look at them costs what is due, not what exists.
sa.Index("assignments_evaluate_by", assignments.c.evaluate_by, sqlite_where=_REPLIED, postgresql_where=_REPLIED)
sa.Index("assignments_paused_until", assignments.c.paused_until, sqlite_where=_PAUSED, postgresql_where=_PAUSED)


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

    def lead_of(self, opinion: str) -> Mapping[str, Any] | None:
        """The assignment of the department that has the opinion now, locked until the commit."""
        query = sa.select(assignments).where(assignments.c.opinion == opinion, _LEADS).with_for_update()
        return next(iter(rows_of(self._work.execute(query))), None)

    def lapsed(self, before: datetime, limit: int) -> list[Mapping[str, Any]]:
        """Replied assignments whose evaluation window closed before then."""
        return self._due("replied", assignments.c.evaluate_by, before, limit)

    def paused_too_long(self, limit: int) -> list[Mapping[str, Any]]:
        """Paused assignments whose pause has reached its end."""
        return self._due("paused", assignments.c.paused_until, self.now, limit)

    def remember(self, row: Mapping[str, Any], *, about: str, granted: bool, reason: str, by: str, target: str | None) -> None:
        """Keep a ruling on an assignment, as a precedent for its topic."""
        self._work.add(rulings, {
            "id": new_id(), "assignment": row["id"], "about": about, "granted": granted, "reason": reason, "by": by,
            "at": self.now, "topic": row["topic"], "department": row["department"], "target": target,
        })  # fmt: skip

    def _due(self, state: str, column: sa.Column[Any], before: datetime, limit: int) -> list[Mapping[str, Any]]:
        # The state as a literal, so that both databases see that the partial index fits; rows another worker holds are passed over.
        query = (
            sa.select(assignments)
            .where(assignments.c.state == sa.literal_column(f"'{state}'"), column < before)
            .order_by(column)
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


def precedents(connection: Connection, topic: str | None, limit: int = 3) -> list[Mapping[str, Any]]:
    """The latest rulings on objections within a topic, newest first."""
    query = sa.select(rulings).where(rulings.c.topic == topic, rulings.c.about == "objection").order_by(rulings.c.id.desc())
    return rows_of(connection.execute(query.limit(limit)))


def state_of(row: Mapping[str, Any]) -> State:
    """The state of a stored assignment."""
    return State(row["state"])
