"""Entries, and what is published of them and of lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.errors import NotFound
from services.contracts.messages.values import Message
from services.notify.domain.lists.entries import Entry
from services.notify.domain.lists.frozen import FrozenList, ListScope, PublishedOfYear
from services.notify.store.lists.tables import entries, frozen_lists
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.store.statements.bulk import among
from services.runtime.web.lists.listing import newest_first

ENTRIES, FROZEN = NounTable(entries, Entry), NounTable(frozen_lists, FrozenList)
_ONE = ENTRIES.query.where(entries.c.id == sa.bindparam("id"))
_HELD = _ONE.with_for_update()
_OF_SCOPES = FROZEN.query.where(among(frozen_lists.c.scope, "scopes")).order_by(frozen_lists.c.id)
_HOLD = sa.text("LOCK TABLE session_cases IN ROW SHARE MODE")


class ListStore:
    """Entries and published lists inside one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._entries = Nouns(work, ENTRIES)
        self.now = work.now

    def new_id(self) -> str:
        """An id for something new."""
        return new_id()

    def entry(self, name: str) -> Entry:
        """An entry, held until the transaction ends; raises `NotFound`."""
        return _only(self._entries.load(_HELD, {"id": name}))

    def save(self, entry: Entry, message: Message | None) -> None:
        """Keep an entry, and publish what there is to say of it."""
        self._entries.save([entry])
        if message is not None:
            self._work.publish(message, subject=entry.id, sequence=1 if entry.ended is None else 2)

    def last_frozen(self, scope: ListScope, name: str) -> FrozenList | None:
        """What was published last of a list."""
        return find_frozen(self._work.connection, scope, name)

    def hold_questions(self) -> None:
        """Let nothing of questions be erased until the transaction ends, so that nothing is published that goes meanwhile."""
        self._work.hold(_HOLD)

    def published(self, scopes: Collection[str]) -> list[FrozenList]:
        """All that was published of these, the oldest first."""
        return FROZEN.all(self._work.fetch(_OF_SCOPES, {"scopes": sorted(scopes)}))

    def withhold(self, frozen: FrozenList) -> None:
        """Keep nothing that a published list said."""
        self._work.execute(frozen_lists.update().where(frozen_lists.c.id == frozen.id).values(document=""))

    def freeze(self, frozen: FrozenList, scope: ListScope) -> None:
        """Keep a list as it was made public, and publish its hash; the message has its id."""
        row = dict(zip(FROZEN.names, FROZEN.values(frozen), strict=True))
        self._work.add(frozen_lists, row | {"year": scope.year, "station": scope.station})
        self._work.publish(frozen.as_published(scope), subject=frozen.id, sequence=1, message_id=frozen.id)


def find_entry(connection: Connection, name: str) -> Entry:
    """An entry; raises `NotFound`."""
    return _only(ENTRIES.all(connection.execute(_ONE, {"id": name})))


def _only(found: Sequence[Entry]) -> Entry:
    if not found:
        raise NotFound("There is no such entry.")
    return found[0]


def find_frozen(connection: Connection, scope: ListScope, name: str) -> FrozenList | None:
    """What was published last of a list; None where it was not."""
    table = frozen_lists.c
    query = FROZEN.query.where(table.scope == scope.key, table.list == name).order_by(table.id.desc()).limit(1)
    return FROZEN.first(connection.execute(query))


def frozen_at(connection: Connection, scope: ListScope, name: str) -> datetime | None:
    """When a list was published last; None where it was not."""
    table = frozen_lists.c
    query = sa.select(table.at).where(table.scope == scope.key, table.list == name).order_by(table.id.desc()).limit(1)
    at: datetime | None = connection.scalar(query)
    return at


def frozen_by_id(connection: Connection, name: str) -> FrozenList | None:
    """A published list by id."""
    return FROZEN.first(connection.execute(FROZEN.query.where(frozen_lists.c.id == name)))


def frozen_of(connection: Connection, scope: ListScope) -> list[FrozenList]:
    """The newest of each list that was published of a session, or of a station and a year."""
    table = frozen_lists.c
    newest = sa.select(sa.func.max(table.id)).where(table.scope == scope.key).group_by(table.list)
    return FROZEN.all(connection.execute(FROZEN.query.where(table.id.in_(newest)).order_by(table.list)))


def published_in(connection: Connection, year: int, limit: int) -> list[PublishedOfYear]:
    """The lists of a year that were made public, those of the whole place first, each with when that was done last."""
    table = frozen_lists.c
    query = sa.select(table.station, table.list, sa.func.max(table.at).label("at")).where(table.year == year)
    order = (table.station.is_not(None), table.station, table.list)
    rows = connection.execute(query.group_by(table.station, table.list).order_by(*order).limit(limit))
    return [PublishedOfYear(row.list, row.station, row.at) for row in rows]


def list_entries(connection: Connection, filters: Mapping[str, object], before: str | None, limit: int) -> list[Entry]:
    """Entries, the newest first, one more than `limit`; `filters` by column, None for any."""
    return ENTRIES.all(connection.execute(newest_first(ENTRIES.query, entries, filters, before, limit)))
