"""Reading what lists are made of: of one session, or of a station and a year."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.lists.cases import SessionCase
from services.notify.domain.lists.entries import Entry
from services.notify.domain.lists.frozen import ListScope
from services.notify.store.lists.cases import ASKED, CASES
from services.notify.store.lists.entries import ENTRIES
from services.notify.store.lists.tables import entries, session_cases

#: As many entries as one session or year is expected to have; a list shows no more.
MOST_ENTRIES = 2_000
#: Where a page of the questions of a year goes on: behind this session and number.
Place = tuple[str, int]
_OF_SESSION = ASKED.where(session_cases.c.session == sa.bindparam("session")).order_by(session_cases.c.number)
_BY_NUMBER = (session_cases.c.session, session_cases.c.number)


def cases_of(connection: Connection, session: str) -> list[SessionCase]:
    """The questions of a session by number."""
    return CASES.all(connection.execute(_OF_SESSION, {"session": session}))


def cases_in(connection: Connection, station: str | None, year: int, after: Place | None, limit: int) -> list[SessionCase]:
    """The questions of a year by session and number, one more than `limit`; those of a station, or all."""
    query = ASKED.where(session_cases.c.year == year)
    if station is not None:
        query = query.where(session_cases.c.station == station)
    if after is not None:
        query = query.where(sa.tuple_(*_BY_NUMBER) > sa.tuple_(*(sa.literal(each) for each in after)))
    return CASES.all(connection.execute(query.order_by(*_BY_NUMBER).limit(limit + 1)))


def entries_of(connection: Connection, scope: ListScope) -> list[Entry]:
    """The entries of a session, or of a station and a year, oldest first."""
    table = entries.c
    query = ENTRIES.query.where(table.session == scope.session) if scope.session else _of_year(scope)
    return ENTRIES.all(connection.execute(query.order_by(table.id).limit(MOST_ENTRIES)))


def _of_year(scope: ListScope) -> sa.Select[tuple[object, ...]]:
    query = ENTRIES.query.where(entries.c.year == scope.year)
    return query if scope.station is None else query.where(entries.c.station == scope.station)
