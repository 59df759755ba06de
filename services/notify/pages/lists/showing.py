"""Lists as pages show them: their columns, and what became of the last session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy.engine import Connection

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.sessions import ListName
from services.contracts.words.bilingual import Words
from services.notify.app.lists.papers import became
from services.notify.domain.lists.frozen import FrozenList, ListScope
from services.notify.domain.lists.published import READ, as_public
from services.notify.domain.lists.views import Row
from services.notify.domain.lists.wording import COLUMNS
from services.notify.domain.sessions.session import Session
from services.notify.pages.paper import local
from services.notify.store.lists.entries import find_frozen

#: The characters of an instant that say its day.
DAY: Final = 10


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as a table: headings, and a line for each row."""

    columns: Sequence[Words]
    lines: Sequence[Sequence[Words | str]]


@dataclass(frozen=True, slots=True)
class Became:
    """What became of the last session: how many promises it had and how many were kept, and its rows for who may see them."""

    session: Session
    at: datetime
    promised: int
    kept: int
    table: ShownList | None


def shown_rows(name: ListName, rows: Sequence[Row], catalogue: Catalogue) -> ShownList:
    """A list as it stands."""
    columns = COLUMNS[name]
    return ShownList([each.name for each in columns], [[each.of(row, catalogue) for each in columns] for row in rows])


def shown_frozen(frozen: FrozenList) -> ShownList:
    """A list as it was made public."""
    rows: list[dict[str, Any]] = orjson.loads(frozen.document)["rows"]
    return ShownList(list(READ.values()), [[_said(name, row[name]) for name in READ] for row in rows])


def _said(name: str, value: object) -> str:
    text = "" if value is None else str(value)
    return (text[:DAY] if name == "due" else text) or "—"


def last_of(connection: Connection, session: Session, now: datetime, catalogue: Catalogue, *, keeps: bool) -> Became | None:
    """What became of the last session before one; the public sees rows where the list of its promises was published."""
    before, rows = became(connection, session, now)
    if before is None:
        return None
    promises = [as_public(row) for row in rows if row.of == "promise"]
    shows = keeps or find_frozen(connection, ListScope(before.id), "promise") is not None
    table = shown_rows("promise", rows if keeps else promises, catalogue) if shows and rows else None
    return Became(before, local(before.at, catalogue), len(promises), sum(row.state == "kept" for row in promises), table)
