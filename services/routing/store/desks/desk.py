"""The desk of a department: what it has in hand, the next answer due first, what is found there, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import WITH_DEPARTMENT
from services.routing.domain.assignment import Assignment
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.tables import UNSIGNED, WITH_THEM, assignments
from services.runtime.store.counting import count_up_to
from services.runtime.store.database import Instant

#: How far what is on a desk is counted.
MOST_COUNTED: Final = 9_999
#: The order of a desk.
_KEYS: Final = (assignments.c.reply_by, assignments.c.id)
#: What may be the beginning of an id.
_ID: Final = re.compile("[0-9a-f][0-9a-f-]{3,35}")


class Place(NamedTuple):
    """Where an assignment stands on the desk."""

    due: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a desk is narrowed to: states, topics and key cases (None for any), answers that are due from an instant on and before
    another, and words, each of which stands in the title or in the text, or begins the id of the opinion or of the assignment."""

    department: str
    states: Sequence[str] | None = None
    topics: tuple[str, ...] | None = None
    since: datetime | None = None
    before: datetime | None = None
    key: bool | None = None
    words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of a desk, and whether there is something before and behind it."""

    rows: Sequence[Assignment]
    is_later: bool
    is_followed: bool


class Tally(NamedTuple):
    """How many are found; and whatever their state and however soon they are due: all, those not signed for, with an overdue
    answer, with one due soon. None of these is counted further than `MOST_COUNTED`."""

    found: int
    everything: int
    unsigned: int
    overdue: int
    soon: int


def page_of_desk(connection: Connection, wanted: Wanted, after: Place | None, before: Place | None, size: int) -> DeskPage:
    """The page behind a place, or that before one; the first where less than a page is left before it."""
    if before is not None:
        found = on_desk(connection, wanted, before, size + 1, back=True)
        if len(found) > size:
            return DeskPage(found[:size][::-1], True, True)
    found = on_desk(connection, wanted, after, size + 1)
    return DeskPage(found[:size], after is not None, len(found) > size)


def on_desk(connection: Connection, wanted: Wanted, after: Place | None, limit: int, *, back: bool = False) -> list[Assignment]:
    """What a department has in hand behind a place, the next due first; `back`: before the place, the nearest first.

    Each state is read as far as a page by its part of the index, so that a long desk costs what is shown of it. Words are looked
    for in what is in hand, whatever has been closed.
    """
    parts = [_of_state(state, wanted, after, limit, back).subquery() for state in wanted.states or WITH_DEPARTMENT]
    rows = sa.union_all(*(sa.select(*part.c) for part in parts)).subquery()
    nearest = sa.select(rows.c.id).order_by(*(_turned(key, back) for key in rows.c)).limit(limit)
    query = ASSIGNMENTS.query.where(assignments.c.id.in_(nearest)).order_by(*(_turned(key, back) for key in _KEYS))
    return ASSIGNMENTS.all(connection.execute(query))


def beyond(place: Place, *, back: bool = False) -> sa.ColumnElement[bool]:
    """That an assignment stands behind a place; `back`: before it."""
    edge = sa.tuple_(sa.literal(place.due, Instant), sa.literal(place.id, sa.String))
    return sa.tuple_(*_KEYS) < edge if back else sa.tuple_(*_KEYS) > edge


def tally(connection: Connection, wanted: Wanted, now: datetime, soon: datetime) -> Tally:
    """How much of what a department has in hand is found, and how much of it is new, overdue and due by `soon`; in one look
    where it is not more than is counted."""
    table = assignments.c
    shown = [*_due(wanted), *([table.state.in_(wanted.states)] if wanted.states else ())]
    kinds = {
        "found": sa.and_(*shown) if shown else sa.true(),
        "unsigned": UNSIGNED,
        "overdue": table.reply_by < now,
        "soon": (table.reply_by >= now) & (table.reply_by < soon),
    }
    each = sa.select(*(sa.case((kind, 1), else_=0).label(name) for name, kind in kinds.items()))
    looked_at = each.where(WITH_THEM, *_whatever_due(wanted)).limit(MOST_COUNTED + 1).subquery()
    sums = [sa.func.coalesce(sa.func.sum(looked_at.c[name]), 0).label(name) for name in kinds]
    counted = sa.select(sa.func.count().label("everything"), *sums).select_from(looked_at)
    row = connection.execute(counted).one()
    numbers = {name: int(getattr(row, name)) for name in Tally._fields}
    if numbers["everything"] > MOST_COUNTED:
        # Not all was looked at: of a kind that is rare, none may have been.
        own = sa.select(table.id).where(WITH_THEM, *_whatever_due(wanted))
        numbers |= {name: count_up_to(connection, own.where(kind), MOST_COUNTED) for name, kind in kinds.items()}
    return Tally(**numbers)


def _of_state(state: str, wanted: Wanted, after: Place | None, limit: int, back: bool) -> sa.Select[Any]:
    table = assignments.c
    # As a literal, so that both databases see that the partial index fits.
    query = sa.select(*_KEYS).where(WITH_THEM, table.state == sa.literal_column(f"'{state}'"))
    query = query.where(*_whatever_due(wanted), *_due(wanted))
    if after is not None:
        query = query.where(beyond(after, back=back))
    return query.order_by(*(_turned(key, back) for key in _KEYS)).limit(limit)


def _whatever_due(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    """What a desk is narrowed to, but for states and for when answers are due."""
    yield assignments.c.department == wanted.department
    if wanted.topics is not None:
        yield assignments.c.topic.in_(wanted.topics)
    if wanted.key is not None:
        yield assignments.c.key == wanted.key
    for word in wanted.words:
        yield _has(word)


def _due(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.since is not None:
        yield assignments.c.reply_by >= wanted.since
    if wanted.before is not None:
        yield assignments.c.reply_by < wanted.before


def _has(word: str) -> sa.ColumnElement[bool]:
    table, begin = assignments.c, word.lower()
    ids = (table.opinion, table.id) if _ID.fullmatch(begin) else ()
    texts = (each.icontains(word, autoescape=True) for each in (table.title, table.content))
    return sa.or_(*texts, *(each.startswith(begin, autoescape=True) for each in ids))


def _turned(key: sa.ColumnElement[Any], back: bool) -> sa.ColumnElement[Any]:
    return key.desc() if back else key.asc()
