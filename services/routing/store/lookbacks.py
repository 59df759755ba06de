"""Look-backs as they are kept: what was drawn from what, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.domain.sampling import Found, Lookback, SampledCase
from services.routing.store.tables import assignments, tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.web.lists.listing import newest_first

lookbacks = sa.Table(
    "lookbacks",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("since", Instant),
    sa.Column("until", Instant),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("seed", sa.String(64)),
    sa.Column("population", sa.JSON, nullable=False),
)
items = sa.Table(
    "lookback_items",
    tables,
    sa.Column("lookback", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("held", sa.Boolean),
    sa.Column("note", sa.Text),
    sa.Column("by", sa.String(36)),
    sa.Column("at", Instant),
)
#: As a literal, so that both databases see that the partial index fits.
_CONCLUDED = assignments.c.state == sa.literal_column("'concluded'")
sa.Index("assignments_concluded", assignments.c.concluded, sqlite_where=_CONCLUDED, postgresql_where=_CONCLUDED)
_LEAD = assignments.c.role == "lead"
_SUMMARY = tuple(column for column in lookbacks.c if column.name != "population")
_SAMPLED = sa.select(
    items.c.assignment, assignments.c.opinion, assignments.c.title, assignments.c.department, assignments.c.state, items.c.held,
    items.c.note, items.c.at,
).join(assignments, assignments.c.id == items.c.assignment)  # fmt: skip


class LookbackStore:
    """Look-backs within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def concluded(self, department: str | None, since: datetime | None, until: datetime | None, limit: int) -> list[str]:
        """Ids of concluded cases in order of their ids: of one department or all, concluded from `since` to before `until`."""
        query = sa.select(assignments.c.id).where(_CONCLUDED, _LEAD, assignments.c.concluded.is_not(None))
        for bound in (
            None if department is None else assignments.c.department == department,
            None if since is None else assignments.c.concluded >= since,
            None if until is None else assignments.c.concluded < until,
        ):
            if bound is not None:
                query = query.where(bound)
        return list(self._work.execute(query.order_by(assignments.c.id).limit(limit)).scalars())

    def concluded_among(self, ids: Sequence[str]) -> set[str]:
        """Which of these are concluded cases."""
        query = sa.select(assignments.c.id).where(_CONCLUDED, _LEAD, assignments.c.id.in_(ids))
        return set(self._work.execute(query).scalars())

    def add(self, lookback: Lookback, sample: Sequence[str]) -> None:
        """Store a look-back and its sample in the order given."""
        self._work.add(lookbacks, {column.name: getattr(lookback, column.name) for column in lookbacks.c})
        for place, assignment_id in enumerate(sample, 1):
            self._work.add(items, {"lookback": lookback.id, "assignment": assignment_id, "place": place})

    def check(self, lookback_id: str, assignment_id: str, held: bool, note: str, by: str) -> None:
        """Record what was found."""
        this = (items.c.lookback == lookback_id) & (items.c.assignment == assignment_id)
        found = {"held": held, "note": note, "by": by, "at": self._work.now}
        self._work.execute(items.update().where(this).values(**found))

    def find(self, lookback_id: str) -> Lookback | None:
        """One look-back with its sample."""
        return _find(self._work.execute, lookback_id)


def find_lookback(connection: Connection, lookback_id: str) -> Lookback | None:
    """One look-back with its sample."""
    return _find(connection.execute, lookback_id)


def leads_of(connection: Connection, named: Sequence[str]) -> dict[str, str]:
    """The concluded assignment that leads the case of each of these opinions, where there is one."""
    query = sa.select(assignments.c.opinion, assignments.c.id).where(_CONCLUDED, _LEAD, assignments.c.opinion.in_(named))
    return dict(map(tuple, connection.execute(query)))


def _find(execute: Callable[[sa.Select[Any]], sa.CursorResult[Any]], lookback_id: str) -> Lookback | None:
    found = execute(sa.select(lookbacks).where(lookbacks.c.id == lookback_id)).one_or_none()
    if found is None:
        return None
    cases = execute(_SAMPLED.where(items.c.lookback == lookback_id).order_by(items.c.place))
    return _lookback((*found, tuple(map(_sampled, cases))))


def _lookback(row: Sequence[Any]) -> Lookback:
    return Lookback(*row)


def _sampled(row: Sequence[Any]) -> SampledCase:
    return SampledCase(*row)


def list_lookbacks(connection: Connection, after: str | None, limit: int) -> list[tuple[Lookback, Found]]:
    """Look-backs newest first, one more than `limit`, without what they were drawn from, each with what was found."""
    ours = items.c.lookback == lookbacks.c.id
    counted = (
        sa.select(sa.func.count()).where(ours),
        sa.select(sa.func.count()).where(ours, items.c.held.is_not(None)),
        sa.select(sa.func.count()).where(ours, items.c.held.is_(True)),
    )
    columns = [query.scalar_subquery() for query in counted]
    query = newest_first(sa.select(*_SUMMARY, *columns), lookbacks, {}, after, limit)
    whole = len(_SUMMARY)
    return [(_lookback((*row[:whole], ())), Found(*row[whole:])) for row in connection.execute(query)]
