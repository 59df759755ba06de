"""Sessions as they are counted: each with its editions, so that the numbers as of an instant stay what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.metrics.domain.counts import Scope
from services.metrics.domain.sessions import HAPPENED, SessionFacts
from services.metrics.domain.statistics import GroupKey
from services.metrics.store.tables import tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among

#: What a session was said to be holds from `known_from` until `known_until`, None for what holds now.
session_editions = sa.Table(
    "session_editions",
    tables,
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("known_from", Instant, primary_key=True, autoincrement=False),
    sa.Column("known_until", Instant),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("station", sa.String(60)),
    sa.Column("theme", sa.String(200)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("month", sa.String(7), nullable=False),
    sa.Column("year", sa.String(4), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in HAPPENED),
)
_NAMES = tuple(field.name for field in fields(SessionFacts))
_VALUES = attrgetter(*_NAMES)
_COLUMNS = [session_editions.c[name] for name in _NAMES]
_NOW = (
    sa.select(*_COLUMNS)
    .where(among(session_editions.c.session, "sessions"), session_editions.c.known_until.is_(None))
)  # fmt: skip
_END = (
    session_editions.update()
    .where(session_editions.c.session == sa.bindparam("_session"), session_editions.c.known_until.is_(None))
    .values(known_until=sa.bindparam("_until", type_=Instant))
)


class SessionEditions:
    """What is known of some sessions, inside the transaction of the only writer."""

    def __init__(self, work: Transaction, sessions: Iterable[str]) -> None:
        self._work = work
        rows = work.fetch(_NOW, {"sessions": sorted(set(sessions))})
        self._known: dict[str, tuple[Any, ...]] = {row[0]: tuple(row) for row in rows}
        self.facts = {name: SessionFacts(*values) for name, values in self._known.items()}

    def save(self, recorded_at: datetime) -> None:
        """Keep what has changed as editions of their own, which hold from an instant on."""
        for name, facts in self.facts.items():
            values = _VALUES(facts)
            before = self._known.get(name)
            if values == before:
                continue
            if before is not None:
                self._work.execute(_END, {"_session": name, "_until": recorded_at})
            self._work.add(session_editions, {**dict(zip(_NAMES, values, strict=True)), "known_from": recorded_at})


def count_sessions(connection: Connection, scope: Scope, at: datetime) -> dict[GroupKey, Counter[str]]:
    """What is counted of sessions as of an instant, by dimension: of those that begin within the scope."""
    table = session_editions.c
    keys = [table[name] for name in scope.by]
    query: sa.Select[Any] = sa.select(*keys, *(sa.func.sum(table[name]) for name in HAPPENED))
    query = query.where(table.known_from <= at, sa.or_(table.known_until.is_(None), table.known_until > at))
    if scope.since is not None:
        query = query.where(table.at >= scope.since)
    if scope.until is not None:
        query = query.where(table.at < scope.until)
    found: dict[GroupKey, Counter[str]] = {}
    for row in connection.execute(query.group_by(*keys)):
        counts = Counter({name: int(value) for name, value in zip(HAPPENED, row[len(scope.by) :], strict=True) if value})
        if counts:
            found[tuple(row[: len(scope.by)])] = counts
    return found
