"""Reading sessions: one of them, and lists by time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.sessions.session import Session
from services.notify.store.sessions.sessions import SESSIONS
from services.notify.store.sessions.tables import deputies, sessions
from services.runtime.store.counting import count_up_to
from services.runtime.store.database import Instant
from services.runtime.web.lists.listing import narrowed

#: Where a page of a list by time goes on: the instant and the id of the last session before it.
Place = tuple[datetime, str]


@dataclass(frozen=True, slots=True)
class Seen:
    """Which sessions a reader may see: all of them, or the announced ones of open kinds and those of their own station."""

    all: bool
    kinds: Collection[str] = ()
    station: str | None = None

    def includes(self, session: Session) -> bool:
        """Whether the reader may see this one."""
        is_open = session.is_announced and session.kind in self.kinds
        return self.all or is_open or (self.station is not None and session.station == self.station)

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        """The same for the store."""
        table = sessions.c
        if self.all:
            return sa.true()
        # Kinds are compared where they stand: by their index, all sessions of all open kinds would be sorted.
        is_open = sa.and_(table.announced.is_not(None), table.kind.concat("").in_(sorted(self.kinds)))
        return is_open if self.station is None else sa.or_(is_open, table.station == self.station)


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """What a list is narrowed to: by column the value or several of which one will do, and the time; None for any."""

    columns: Mapping[str, str | tuple[str, ...] | None] = field(default_factory=dict)
    begin: datetime | None = None
    end: datetime | None = None


def find_session(connection: Connection, session: str) -> Session | None:
    """A session by id."""
    found = SESSIONS.all(connection.execute(SESSIONS.query.where(sessions.c.id == session)))
    return found[0] if found else None


def sessions_page(
    connection: Connection, seen: Seen, wanted: SessionFilter, after: Place | None, limit: int, *, latest_first: bool = False
) -> list[Session]:
    """Sessions by time, one more than `limit` where there are more."""
    table = sessions.c
    query = narrowed(SESSIONS.query.where(seen.condition), sessions, wanted.columns)
    if wanted.begin is not None:
        query = query.where(table.at >= wanted.begin)
    if wanted.end is not None:
        query = query.where(table.at < wanted.end)
    if after is not None:
        place = sa.tuple_(table.at, table.id)
        bound = sa.tuple_(sa.literal(after[0], Instant), sa.literal(after[1], sa.String))
        query = query.where(place < bound if latest_first else place > bound)
    order = (table.at.desc(), table.id.desc()) if latest_first else (table.at, table.id)
    return SESSIONS.all(connection.execute(query.order_by(*order).limit(limit + 1)))


def count_overdue_minutes(connection: Connection, now: datetime, most: int) -> int:
    """How many sessions owe minutes that should be there by now, counted no further than that."""
    held = sessions.c.state == sa.literal_column("'held'")
    query = sa.select(sessions.c.id).where(held, sessions.c.minutes_due < now)
    return count_up_to(connection, query, most)


def deputy_names(connection: Connection, codes: Sequence[str]) -> Mapping[str, str]:
    """What deputies of the register are called; one that is not in it is left out."""
    if not codes:
        return {}
    found = connection.execute(sa.select(deputies.c.code, deputies.c.name).where(deputies.c.code.in_(sorted(set(codes)))))
    return {row.code: row.name for row in found}
