"""Reading deadlines: those that are open, all versions of a case's, and one with everything that was before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.store.deadlines import EVERY, first_ending
from services.notify.store.tables import deadlines, endings, is_state, occasions
from services.runtime.store.database import rows_of
from services.runtime.web.listing import narrowed

Place = tuple[str, str, int]


def next_due(connection: Connection) -> datetime | None:
    """When the next rung of all is due."""
    waiting = sa.select(deadlines.c.next_at).where(is_state(deadlines, "open"), deadlines.c.next_at.is_not(None))
    first = connection.execute(waiting.order_by(deadlines.c.next_at).limit(1)).scalar()
    called = connection.execute(sa.select(occasions.c.at).order_by(occasions.c.at).limit(1)).scalar()
    return min((at for at in (first, called) if at is not None), default=None)


def open_deadlines(
    connection: Connection, filters: Mapping[str, Any], after: Place | None, limit: int, now: datetime
) -> list[Mapping[str, Any]]:
    """Open deadlines in the order of (assignment, kind, version), one more than `limit`; `filters` by column, None for any.

    The right to object is none of them once it was not used in time.
    """
    still = sa.or_(deadlines.c.kind != "object", deadlines.c.due >= now)
    query = sa.select(deadlines).where(is_state(deadlines, "open"), first_ending(endings.c.ended).is_(None), still)
    return _listed(connection, query, filters, after, limit)


def case_deadlines(
    connection: Connection, filters: Mapping[str, Any], after: Place | None, limit: int, now: datetime
) -> list[Mapping[str, Any]]:
    """All versions of all deadlines, listed as open ones are; `filters` should name a case."""
    return list(map(partial(_settled, now), _listed(connection, _all(), filters, after, limit)))


def deadline_versions(
    connection: Connection, assignment: str, kind: str, promise: str | None, now: datetime
) -> list[Mapping[str, Any]]:
    """All versions of one deadline, the oldest first."""
    same = deadlines.c.promise.is_(None) if promise is None else deadlines.c.promise == promise
    query = _all().where(deadlines.c.assignment == assignment, deadlines.c.kind == kind, same)
    return list(map(partial(_settled, now), rows_of(connection.execute(query.order_by(deadlines.c.version)))))


def find_deadline(connection: Connection, place: Place, now: datetime) -> Mapping[str, Any] | None:
    """One deadline by its assignment, kind and version; None when there is no such."""
    assignment, kind, version = place
    query = _all().where(deadlines.c.assignment == assignment, deadlines.c.kind == kind, deadlines.c.version == version)
    return next(map(partial(_settled, now), rows_of(connection.execute(query))), None)


def _all() -> sa.Select[Any]:
    told = ((name, first_ending(endings.c[name])) for name in ("ended", "how", "kind"))
    return sa.select(deadlines, *(value.label(f"first_{name}") for name, value in told))


def _settled(now: datetime, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A deadline in the state that it is in, also where that is not written yet.

    What ended it may have been heard first, which is written when the deadline is next looked at; nothing happens when a
    right was not used.
    """
    ended, right = row["first_ended"], row["kind"] == "object"
    if row["state"] != "open":
        return row
    if ended is None:
        return {**row, "state": "lapsed"} if right and row["due"] < now else row
    judged = "lapsed" if right and row["first_kind"] == EVERY else "met" if ended <= row["due"] else "missed"
    return {**row, "state": judged if row["first_how"] == "judged" else row["first_how"], "ended": ended}


def _listed(
    connection: Connection, query: sa.Select[Any], filters: Mapping[str, Any], after: Place | None, limit: int
) -> list[Mapping[str, Any]]:
    table = deadlines.c
    key = (table.assignment, table.kind, table.version)
    query = narrowed(query, deadlines, filters)
    if after is not None:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*after))
    return rows_of(connection.execute(query.order_by(*key).limit(limit + 1)))
