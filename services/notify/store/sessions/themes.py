"""Themes: read, and changed inside one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.sessions import ThemeMessage
from services.notify.domain.sessions.theme import Source, Theme
from services.notify.store.sessions.tables import themes
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.web.lists.listing import newest_first

THEMES = NounTable(themes, Theme)
_ONE = THEMES.query.where(themes.c.id == sa.bindparam("which")).with_for_update()
_OF_SESSION = THEMES.query.where(themes.c.session == sa.bindparam("session")).with_for_update()
_TAKEN = sa.select(themes.c.place).where(
    themes.c.kind == sa.bindparam("kind"), themes.c.month == sa.bindparam("month"), themes.c.place.is_not(None)
)


class ThemeStore:
    """What is changed about themes in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._themes = Nouns[Theme](work, THEMES)

    def new(self, title: str, source: Source, by: str | None, **facts: Any) -> Theme:
        """A theme that is kept when it is saved."""
        now: datetime = self._work.now
        return Theme(new_id(), title, source, now, created_by=by, updated=now, **facts)

    def load(self, theme: str) -> Theme | None:
        """A theme by id, held until the transaction ends."""
        return next(iter(self._themes.load(_ONE, {"which": theme})), None)

    def of_session(self, session: str) -> list[Theme]:
        """The themes that a session is about, held until the transaction ends."""
        return self._themes.load(_OF_SESSION, {"session": session})

    def taken(self, kind: str, month: date) -> set[int]:
        """The places among those to choose from that are not free."""
        return {place for (place,) in self._work.fetch(_TAKEN, {"kind": kind, "month": month})}

    def save(self, theme: Theme, *messages: ThemeMessage) -> None:
        """Write a theme and what is told of it."""
        for message in messages:
            theme.sequence += 1
            self._work.publish(message, subject=theme.id, sequence=theme.sequence)
        self._themes.save([theme])


def themes_page(connection: Connection, wanted: Mapping[str, Sequence[str] | None], before: str | None, limit: int) -> list[Theme]:
    """Themes, those suggested last in front, one more than `limit` where there are more; `wanted` has the values of columns.

    They are read in their order and compared where they stand: those that an index has of several values would be sorted.
    """
    if () in wanted.values():
        return []
    query = THEMES.query
    for column, values in wanted.items():
        if values is not None:
            query = query.where(themes.c[column].concat("").in_(values))
    return THEMES.all(connection.execute(newest_first(query, themes, {}, before, limit)))
