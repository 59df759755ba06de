"""Finding opinions by words, for staff: what has them, the newest first, narrowed as their list is.

An opinion is found once it was read, a short while after it came. The numbers of wordings are in the order in which opinions came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.opinion import Opinion
from services.intake.domain.publication.bigrams import terms_of
from services.intake.store.handling import handled_by
from services.intake.store.opinions import NAMES
from services.intake.store.publication import search as index
from services.intake.store.publication.search import ABOVE_ALL, STAFF_WORDS, Between
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import opinions
from services.runtime.store.statements.bulk import among
from services.runtime.web.lists.listing import narrowed

#: How far the order of the numbers and that of the instants may differ.
_APART: Final = timedelta(minutes=1)
_UPDATED: Final = NAMES.index("updated")


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for: words, what it is narrowed to by column, from when until when it came, for which department."""

    words: str
    wanted: Mapping[str, Any]
    since: datetime | None = None
    until: datetime | None = None
    handled_by: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page of what was found, and the number below which the next one begins, None where there is none."""

    opinions: Sequence[Opinion]
    below: int | None


def search(connection: Connection, asked: Search, below: int | None, limit: int) -> FoundPage:
    """At most `limit` of the opinions that have all the words, the newest first, those with numbers below one."""
    return _found(connection, asked, _between(connection, asked, Between(below=below)), limit, descending=True)


def search_beside(connection: Connection, asked: Search, opinion_id: str) -> tuple[str | None, str | None]:
    """The ids of the opinions before and behind one among what is found."""
    number = connection.execute(sa.select(wordings.c.number).where(wordings.c.opinion == opinion_id)).scalar()
    if number is None:
        return None, None
    sides = ((Between(above=number), False), (Between(below=number), True))
    near = [_found(connection, asked, _between(connection, asked, side), 1, descending=back) for side, back in sides]
    before, behind = (next((each.id for each in found.opinions), None) for found in near)
    return before, behind


def _found(connection: Connection, asked: Search, between: Between, limit: int, *, descending: bool) -> FoundPage:
    terms = terms_of(asked.words)
    query = _narrowed(asked, descending).limit(limit + 1)
    found: list[tuple[int, Opinion]] = []
    looked_at = 0
    for numbers in STAFF_WORDS.portions(connection, terms, between, descending=descending) if terms else ():
        for number, *values in connection.execute(query, {"numbers": numbers}):
            found.append((number, Opinion(*values, now=values[_UPDATED])))
        looked_at += len(numbers)
        if len(found) > limit:
            return FoundPage([each for _, each in found[:limit]], found[limit - 1][0])
        if looked_at >= index.MOST_LOOKED_AT:
            return FoundPage([each for _, each in found], numbers[-1])
    return FoundPage([each for _, each in found], None)


def _narrowed(asked: Search, descending: bool) -> sa.Select[Any]:
    columns = (wordings.c.number, *(opinions.c[name] for name in NAMES))
    query = sa.select(*columns).join_from(wordings, opinions, opinions.c.id == wordings.c.opinion)
    query = narrowed(query.where(among(wordings.c.number, "numbers")), opinions, asked.wanted)
    if asked.since is not None:
        query = query.where(opinions.c.submitted >= asked.since)
    if asked.until is not None:
        query = query.where(opinions.c.submitted < asked.until)
    if asked.handled_by is not None:
        query = query.where(handled_by(asked.handled_by))
    return query.order_by(wordings.c.number.desc() if descending else wordings.c.number)


def _between(connection: Connection, asked: Search, side: Between) -> Between:
    """Between which numbers the hits are: what came before or after the span of time is not looked at."""
    above = None
    if asked.since is not None:
        first = _first_since(connection, asked.since - _APART)
        above = ABOVE_ALL if first is None else first - 1
    later = None if asked.until is None else _first_since(connection, asked.until + _APART)
    return Between(_bound(max, side.above, above), _bound(min, side.below, later))


def _bound(nearest: Callable[[list[int]], int], *bounds: int | None) -> int | None:
    known = [each for each in bounds if each is not None]
    return nearest(known) if known else None


def _first_since(connection: Connection, instant: datetime) -> int | None:
    first = sa.select(opinions.c.id).where(opinions.c.submitted >= instant).order_by(opinions.c.submitted).limit(1)
    return connection.execute(sa.select(wordings.c.number).where(wordings.c.opinion == first.scalar_subquery())).scalar()
