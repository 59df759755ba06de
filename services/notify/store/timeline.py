"""Reading deadlines: those that are open, all versions of a case's, and one with everything that was before it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.kept import KeptDeadline
from services.notify.domain.ladder import Deadline
from services.notify.domain.timetable import Ending
from services.notify.store.deadlines import FACTS, first_ending, is_higher
from services.notify.store.tables import AnyRow, deadlines, endings, is_state, occasions
from services.runtime.store.statements.bulk import fetch
from services.runtime.web.lists.listing import narrowed

Place = tuple[str, str, int]
_KEY = (deadlines.c.assignment, deadlines.c.kind, deadlines.c.version)
_NEXT_RUNG = (
    sa.select(deadlines.c.next_at.label("at"))
    .where(is_state(deadlines, "open"), deadlines.c.next_at.is_not(None))
    .order_by(deadlines.c.next_at)
    .limit(1)
)
_NEXT_OCCASION = sa.select(occasions.c.at).order_by(occasions.c.at).limit(1)


def next_due(connection: Connection) -> datetime | None:
    """When the next rung of all is due."""
    return min((row.at for query in (_NEXT_RUNG, _NEXT_OCCASION) for row in fetch(connection, query)), default=None)


def open_deadlines(
    connection: Connection, filters: Mapping[str, object], after: Place | None, limit: int, now: datetime
) -> list[KeptDeadline]:
    """Open deadlines in the order of (assignment, kind, version), one more than `limit`; `filters` by column, None for any.

    The right to object is none of them once it was not used in time.
    """
    still = sa.or_(deadlines.c.kind != "object", deadlines.c.due >= now)
    query = _kept().where(is_state(deadlines, "open"), first_ending(endings.c.ended).is_(None), still)
    return [_kept_deadline(row) for row in connection.execute(_listed(query, filters, after, limit))]


def case_deadlines(
    connection: Connection, filters: Mapping[str, object], after: Place | None, limit: int, now: datetime
) -> list[KeptDeadline]:
    """All versions of all deadlines, listed as open ones are; `filters` should name a case."""
    return _read(connection, _listed(_with_ending(), filters, after, limit), now)


def deadline_versions(connection: Connection, about: Deadline, now: datetime) -> list[KeptDeadline]:
    """All versions of one deadline, the oldest first."""
    same = deadlines.c.promise.is_(None) if about.promise is None else deadlines.c.promise == about.promise
    query = _with_ending().where(deadlines.c.assignment == about.assignment, deadlines.c.kind == about.kind, same)
    return _read(connection, query.order_by(deadlines.c.version), now)


def find_deadline(connection: Connection, place: Place, now: datetime) -> KeptDeadline | None:
    """One deadline by its assignment, kind and version; None when there is no such."""
    query = _with_ending().where(*(column == value for column, value in zip(_KEY, place, strict=True)))
    return next(iter(_read(connection, query, now)), None)


def _kept() -> sa.Select[tuple[object, ...]]:
    table = deadlines.c
    return sa.select(*FACTS, is_higher(), table.state, table.ended.label("written"), table.next_rung, table.next_at)


def _with_ending() -> sa.Select[tuple[object, ...]]:
    names = ("kind", "sequence", "ended", "how")
    return _kept().add_columns(*(first_ending(endings.c[name]).label(f"first_{name}") for name in names))


def _read(connection: Connection, query: sa.Select[tuple[object, ...]], now: datetime) -> list[KeptDeadline]:
    return [_settled(row, now) for row in connection.execute(query)]


def _settled(row: AnyRow, now: datetime) -> KeptDeadline:
    ending = None
    if row.first_ended is not None:
        ending = Ending(row.assignment, row.first_kind, row.first_sequence, row.first_ended, how=row.first_how)
    return _kept_deadline(row).settled(ending, now)


def _kept_deadline(row: AnyRow) -> KeptDeadline:
    return KeptDeadline(Deadline(*tuple(row)[: len(FACTS) + 1]), row.state, row.written, row.next_rung, row.next_at)


def _listed(
    query: sa.Select[tuple[object, ...]], filters: Mapping[str, object], after: Place | None, limit: int
) -> sa.Select[tuple[object, ...]]:
    query = narrowed(query, deadlines, filters)
    if after is not None:
        query = query.where(sa.tuple_(*_KEY) > sa.tuple_(*after))
    return query.order_by(*_KEY).limit(limit + 1)
