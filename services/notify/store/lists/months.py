"""Sessions as lists need them: those of a month, and the last one before another."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.lists.cases import SessionCase
from services.notify.domain.lists.entries import Entry
from services.notify.domain.sessions.session import Session
from services.notify.store.lists.cases import ASKED, CASES
from services.notify.store.lists.entries import ENTRIES
from services.notify.store.lists.tables import entries, session_cases
from services.notify.store.sessions.sessions import SESSIONS
from services.notify.store.sessions.tables import sessions


def sessions_between(connection: Connection, station: str, begin: datetime, end: datetime) -> list[Session]:
    """The sessions of a station from one instant and before another, by time."""
    return SESSIONS.all(connection.execute(_between(SESSIONS.query, station, begin, end).order_by(sessions.c.at, sessions.c.id)))


def cases_between(connection: Connection, station: str, begin: datetime, end: datetime) -> list[SessionCase]:
    """The questions asked at them."""
    query = ASKED.join(sessions, sessions.c.id == session_cases.c.session)
    return CASES.all(connection.execute(_between(query, station, begin, end)))


def entries_between(connection: Connection, station: str, begin: datetime, end: datetime) -> list[Entry]:
    """The entries made for them."""
    query = ENTRIES.query.join(sessions, sessions.c.id == entries.c.session)
    return ENTRIES.all(connection.execute(_between(query, station, begin, end)))


def last_before(connection: Connection, session: Session) -> Session | None:
    """The last session of the same kind and station that was held before another."""
    table = sessions.c
    query = SESSIONS.query.where(table.kind == session.kind, table.at < session.at, table.held.is_not(None))
    query = query.where(table.station.is_(None) if session.station is None else table.station == session.station)
    found = SESSIONS.all(connection.execute(query.order_by(table.at.desc(), table.id.desc()).limit(1)))
    return found[0] if found else None


def _between(query: sa.Select[Any], station: str, begin: datetime, end: datetime) -> sa.Select[Any]:
    return query.where(sessions.c.station == station, sessions.c.at >= begin, sessions.c.at < end)
