"""Finding opinions by words, for staff: what has them, the newest first, narrowed as their list is.

An opinion is found once it was read, a short while after it came. The numbers of wordings are in the order in which opinions came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    terms = terms_of(asked.words)
    between = _between(connection, asked, below)
    query = _narrowed(asked)
    found: list[tuple[int, Opinion]] = []
    looked_at = 0
    for numbers in STAFF_WORDS.portions(connection, terms, between, descending=True) if terms else ():
        for number, *values in connection.execute(query, {"numbers": numbers}):
            found.append((number, Opinion(*values, now=values[_UPDATED])))
        looked_at += len(numbers)
        if len(found) > limit:
            return FoundPage([each for _, each in found[:limit]], found[limit - 1][0])
        if looked_at >= index.MOST_LOOKED_AT:
            return FoundPage([each for _, each in found], numbers[-1])
    return FoundPage([each for _, each in found], None)


def _narrowed(asked: Search) -> sa.Select[Any]:
    columns = (wordings.c.number, *(opinions.c[name] for name in NAMES))
    query = sa.select(*columns).join_from(wordings, opinions, opinions.c.id == wordings.c.opinion)
    query = narrowed(query.where(among(wordings.c.number, "numbers")), opinions, asked.wanted)
    if asked.since is not None:
        query = query.where(opinions.c.submitted >= asked.since)
    if asked.until is not None:
        query = query.where(opinions.c.submitted < asked.until)
    if asked.handled_by is not None:
        query = query.where(handled_by(asked.handled_by))
    return query.order_by(wordings.c.number.desc())


def _between(connection: Connection, asked: Search, below: int | None) -> Between:
    """Between which numbers the hits are: what came before or after the span of time is not looked at."""
    above = None
    if asked.since is not None:
        first = _first_since(connection, asked.since - _APART)
        above = ABOVE_ALL if first is None else first - 1
    later = None if asked.until is None else _first_since(connection, asked.until + _APART)
    return Between(above, min((each for each in (below, later) if each is not None), default=None))


def _first_since(connection: Connection, instant: datetime) -> int | None:
    first = sa.select(opinions.c.id).where(opinions.c.submitted >= instant).order_by(opinions.c.submitted).limit(1)
    return connection.execute(sa.select(wordings.c.number).where(wordings.c.opinion == first.scalar_subquery())).scalar()
