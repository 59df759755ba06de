"""Routing's side of one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.messages import Message
from services.routing.store.tables import LEADS, assignments, rulings
from services.runtime.clock import new_id
from services.runtime.database import Transaction, rows_of


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
        query = sa.select(assignments).where(assignments.c.opinion == opinion, LEADS).with_for_update()
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
