"""What everybody may read: lists of public copies by their number, the highest first, and what they need beside the copies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Outcome, Rating
from services.intake.domain.publication.bigrams import terms_of
from services.intake.domain.publication.publishing import PublicCopy, PublicPart
from services.intake.domain.timeline import PROMISE_STATES, PromiseStanding, TimelineEntry, promises_made
from services.intake.store.columns import StoredRow
from services.intake.store.publication import search
from services.intake.store.publication.publications import copies
from services.intake.store.publication.search import ABOVE_ALL, PUBLIC_WORDS, Between
from services.intake.store.tables import opinions, public_counts, public_parts, publications, ratings, timeline
from services.runtime.store.statements.bulk import among
from services.runtime.web.lists.listing import narrowed

#: What is public of a case itself, beside its masked copy.
COLUMNS = ("id", "published", "state", "topic", "area", "station", "department", "outcome", "submitted", "supporters")
#: The filters; the first that has several values is read one value at a time.
SPLIT = ("state", "topic", "department", "area", "station")
_CASES = sa.select(*(opinions.c[name] for name in COLUMNS)).where(opinions.c.published.is_not(None))


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as everybody may read it."""

    copy: PublicCopy
    state: State
    topic: str | None
    area: str | None
    station: str | None
    department: str | None
    outcome: Outcome | None
    submitted: datetime
    supporters: int = 0

    @property
    def id(self) -> str:
        """The id of the opinion."""
        return self.copy.opinion

    @property
    def number(self) -> int:
        """The number of its copy."""
        return self.copy.number or 0


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page of a list begins: below one number or above another, and within the bounds of a span of time."""

    before: int | None = None
    after: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublicPage:
    """A page of a list, and the number beyond which the next one begins, None where there is none.

    Where words have many hits of which the filters leave few, a page has fewer cases than it could, or none.
    """

    cases: Sequence[PublicCase]
    beyond: int | None


@dataclass(frozen=True, slots=True)
class PublicCounts:
    """How many were let in, how many of these are public, and how many wait for the office's decision, as of an instant."""

    let_in: int
    public: int
    undecided: int
    at: datetime


def listing(connection: Connection, wanted: Mapping[str, Any], query: str, place: PageStart, limit: int) -> PublicPage:
    """A page of the list, narrowed to `wanted` by column; the newest first.

    Before a number it begins below it; after one it ends above it, and the next page is above its first case.
    """
    rows, beyond = listed(connection, wanted, query, place, limit)
    return PublicPage(_cases(connection, rows), beyond)


def listed(
    connection: Connection, wanted: Mapping[str, Any], query: str, place: PageStart, limit: int
) -> tuple[list[StoredRow], int | None]:
    """The rows of such a page, with `COLUMNS`, and the number beyond which the next one begins."""
    beyond = None
    lower, upper = _bounds(connection, place)
    descending = place.after is None
    cases = _CASES
    if upper is not None:
        cases = cases.where(opinions.c.published < upper)
    if lower is not None:
        cases = cases.where(opinions.c.published > lower)
    cases = cases.order_by(opinions.c.published.desc() if descending else opinions.c.published).limit(limit + 1)
    if query:
        whole = narrowed(cases, opinions, wanted)
        rows, beyond = _searched(connection, whole, query, Between(lower, upper), limit + 1, descending=descending)
    else:
        found = [row for each in _split(wanted) for row in connection.execute(_narrowed(cases, each))]
        rows = sorted(found, key=lambda row: row.published, reverse=descending)
    if len(rows) > limit:
        rows, beyond = rows[:limit], rows[limit - 1].published
    return (rows if descending else rows[::-1]), beyond


def _split(wanted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What is wanted, one value of the first filter with several at a time: of one value, an index has the cases in order.

    Not the states of what another filter has one value for: its cases would be walked through once for each state.
    """
    several = next((name for name in SPLIT if len(wanted.get(name) or ()) > 1), None)
    if several is None or (several == "state" and any(len(values or ()) == 1 for values in wanted.values())):
        return [wanted]
    return [{**wanted, several: (value,)} for value in wanted[several]]


def _narrowed(query: sa.Select[Any], wanted: Mapping[str, Any]) -> sa.Select[Any]:
    for name, values in wanted.items():
        if values and len(values) == 1:
            query = query.where(opinions.c[name] == values[0])
        elif values:
            # Not by an index, which would have the cases of several values in no order, so that all of them were sorted.
            query = query.where(sa.func.coalesce(opinions.c[name], "").in_(values))
    return query


def _bounds(connection: Connection, place: PageStart) -> tuple[int | None, int | None]:
    """The numbers between which a page lies."""
    lower, upper = place.after, place.before
    numbers = sa.select(publications.c.number).order_by(publications.c.released, publications.c.number).limit(1)
    if place.until is not None:
        later = connection.execute(numbers.where(publications.c.released >= place.until)).scalar()
        upper = min((each for each in (upper, later) if each is not None), default=None)
    if place.since is not None:
        first = connection.execute(numbers.where(publications.c.released >= place.since)).scalar()
        # None since then: nothing can be above every number.
        above = first - 1 if first is not None else ABOVE_ALL
        lower = max(above, lower if lower is not None else 0)
    return lower, upper


def _searched(
    connection: Connection, cases: sa.Select[Any], query: str, between: Between, limit: int, *, descending: bool
) -> tuple[list[StoredRow], int | None]:
    """At most `limit` rows that have the words, and the last number that was looked at where there may be more beyond it."""
    terms, rows, looked_at = terms_of(query), list[StoredRow](), 0
    for numbers in PUBLIC_WORDS.portions(connection, terms, between, descending=descending) if terms else ():
        rows += connection.execute(cases.where(among(opinions.c.published, "numbers")), {"numbers": numbers})
        looked_at += len(numbers)
        if len(rows) >= limit:
            break
        if looked_at >= search.MOST_LOOKED_AT:
            return rows, numbers[-1]
    return rows[:limit], None


def _cases(connection: Connection, rows: Sequence[StoredRow]) -> list[PublicCase]:
    query = sa.select(publications).where(publications.c.number.in_([row.published for row in rows]))
    found = {copy.number: copy for copy in copies(connection, query)} if rows else {}
    return [
        PublicCase(
            found[row.published],
            row.state,
            row.topic,
            row.area,
            row.station,
            row.department,
            row.outcome,
            row.submitted,
            row.supporters,
        )
        for row in rows
        if row.published in found
    ]


def find(connection: Connection, opinion: str) -> PublicCase | None:
    """One public case by the id of its opinion."""
    return next(iter(_cases(connection, list(connection.execute(_CASES.where(opinions.c.id == opinion))))), None)


def found_in(connection: Connection, ids: Sequence[str]) -> list[PublicCase]:
    """Those of some opinions that are public, in the order of `ids`."""
    rows = {row.id: row for row in connection.execute(_CASES.where(opinions.c.id.in_(ids)))} if ids else {}
    return _cases(connection, [rows[each] for each in ids if each in rows])


def rated(connection: Connection, opinion: str) -> Counter[Rating]:
    """How often the reply was rated how, by the last word of everybody who rated it."""
    query = sa.select(ratings.c.receipt, ratings.c.result).where(ratings.c.case == opinion).order_by(ratings.c.at)
    last = {row.receipt: row.result for row in connection.execute(query)}
    return Counter(last.values())


def promised(connection: Connection, ids: Sequence[str]) -> dict[int, PromiseStanding]:
    """What became of the promises of some cases, by the timeline entry that made each."""
    columns = (
        timeline.c.opinion,
        timeline.c.at,
        timeline.c.what,
        timeline.c.by,
        timeline.c.facts,
        timeline.c.audience,
        timeline.c.id,
    )
    query = sa.select(*columns).where(timeline.c.opinion.in_(ids), timeline.c.what.in_(PROMISE_STATES)).order_by(timeline.c.id)
    lines: dict[str, list[TimelineEntry]] = {}
    for row in connection.execute(query) if ids else ():
        lines.setdefault(row.opinion, []).append(TimelineEntry(*tuple(row)[1:]))
    return {entry: standing for each in lines.values() for entry, standing in promises_made(each).items()}


def promises(connection: Connection, department: str | None, before: int | None, limit: int) -> list[tuple[str, PublicPart]]:
    """The public promises, the last one first and one more than `limit`, each with the id of its opinion."""
    query = sa.select(public_parts).where(public_parts.c.what == PromiseMade.TYPE)
    if department is not None:
        query = query.where(public_parts.c.department == department)
    if before is not None:
        query = query.where(public_parts.c.entry < before)
    rows = connection.execute(query.order_by(public_parts.c.entry.desc()).limit(limit + 1))
    return [
        (row.opinion, PublicPart(row.entry, row.what, row.department, row.content, row.at, row.outcome, row.due)) for row in rows
    ]


def addresses(connection: Connection, block: int, size: int) -> list[tuple[str, datetime]]:
    """The public opinions whose numbers lie in a block, with when each was released."""
    query = sa.select(publications.c.opinion, publications.c.released).order_by(publications.c.number)
    return [
        (row.opinion, row.released)
        for row in connection.execute(query.where(publications.c.number.between(block * size, (block + 1) * size - 1)))
    ]


def newest(connection: Connection) -> int:
    """The highest number; 0 where nothing is public."""
    return connection.execute(sa.select(sa.func.max(publications.c.number))).scalar() or 0


def counts(connection: Connection) -> PublicCounts | None:
    """How many are public and how many are not, as they were counted last."""
    row = connection.execute(sa.select(public_counts)).first()
    return PublicCounts(row.let_in, row.public, row.undecided, row.at) if row is not None else None
