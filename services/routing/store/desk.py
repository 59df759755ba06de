"""The desk of a department: what it has in hand, the next answer due first, and what stands beside one of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import WITH_DEPARTMENT
from services.routing.domain.assignment import Assignment
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.tables import WITH_THEM, assignments
from services.runtime.store.database import Instant
from services.runtime.web.lists.listing import narrowed


class Place(NamedTuple):
    """Where an assignment stands on the desk."""

    due: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a desk is narrowed to: states, topics and key cases (None for any), answers that are due before an instant."""

    department: str
    states: Sequence[str] | None = None
    topics: tuple[str, ...] | None = None
    before: datetime | None = None
    key: bool | None = None


def on_desk(connection: Connection, wanted: Wanted, after: Place | None, limit: int, *, back: bool = False) -> list[Assignment]:
    """What a department has in hand behind a place, the next due first; `back`: before the place, the nearest first.

    Each state is read as far as a page by its part of the index, so that a long desk costs what is shown of it.
    """
    parts = [_of_state(state, wanted, after, limit, back).subquery() for state in wanted.states or WITH_DEPARTMENT]
    rows = sa.union_all(*(sa.select(*part.c) for part in parts)).subquery()
    keys = (rows.c.reply_by, rows.c.id)
    query = sa.select(*(rows.c[name] for name in ASSIGNMENTS.names)).order_by(*(_turned(key, back) for key in keys)).limit(limit)
    return ASSIGNMENTS.all(connection.execute(query))


def _of_state(state: str, wanted: Wanted, after: Place | None, limit: int, back: bool) -> sa.Select[Any]:
    table = assignments.c
    # As a literal, so that both databases see that the partial index fits.
    query = ASSIGNMENTS.query.where(
        WITH_THEM, table.state == sa.literal_column(f"'{state}'"), table.department == wanted.department
    )
    query = narrowed(query, assignments, {"topic": wanted.topics, "key": wanted.key})
    if wanted.before is not None:
        query = query.where(table.reply_by < wanted.before)
    if after is not None:
        place = sa.tuple_(table.reply_by, table.id)
        edge = sa.tuple_(sa.literal(after.due, Instant), sa.literal(after.id, sa.String))
        query = query.where(place < edge if back else place > edge)
    return query.order_by(*(_turned(key, back) for key in (table.reply_by, table.id))).limit(limit)


def _turned(key: sa.ColumnElement[Any], back: bool) -> sa.ColumnElement[Any]:
    return key.desc() if back else key.asc()
