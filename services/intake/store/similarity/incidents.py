"""同一事件: the tellings of the last 90 days by their rarest terms, and the incidents that they were put together to.

Which incident an opinion belongs to stands with its wording. An opinion that says the same as an earlier one goes with that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.intake.domain.opinion import Opinion
from services.intake.domain.similarity.comparing import ReadOpinion
from services.intake.domain.similarity.incidents import MOST_CLUED, WINDOW, Telling, Terms, unpacked
from services.intake.store.columns import StoredRow
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import opinions, tables
from services.runtime.store.database import INSERTS, Instant, Transaction
from services.runtime.store.statements.bulk import among

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LAST = 1 << 62
#: How many tellings are outlived in one transaction.
MOST_OUTLIVED = 1000
Standing = Literal["found", "confirmed"]
clues = sa.Table(
    "clues",
    tables,
    sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
incidents = sa.Table(
    "incidents",
    tables,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("standing", sa.String(12), nullable=False),
    sa.Column("found", Instant, nullable=False),
)
_TELLING = sa.select(
    wordings.c.number, opinions.c.area, opinions.c.submitted, wordings.c.terms, wordings.c.incident
).join(opinions, opinions.c.id == wordings.c.opinion)  # fmt: skip
_IS_IN = wordings.c.incident.is_not(None)
_TOLD = _TELLING.where(among(wordings.c.number, "numbers"), wordings.c.terms.is_not(None))
_TERMS = sa.select(wordings.c.number, wordings.c.terms).where(
    wordings.c.number == sa.bindparam("number"), wordings.c.terms.is_not(None)
)
_DROP = clues.delete().where(among(clues.c.term, "terms"), clues.c.number == sa.bindparam("which"))
_JOIN = wordings.update().where(wordings.c.alike == sa.bindparam("which")).values(incident=sa.bindparam("new_incident"))
_first = wordings.alias("first")
_FOLLOW = (
    wordings.update()
    .where(wordings.c.number == sa.bindparam("which"))
    .values(incident=sa.select(_first.c.incident).where(_first.c.number == sa.bindparam("first_one")).scalar_subquery())
)


def _latest(kind: str) -> sa.Select[tuple[int, int]]:
    """The latest tellings with each of some terms among their rarest ones; of a frequent term no more than these are read."""
    wanted = among(clues.c.term, "terms").values
    if kind == "sqlite":
        asked = sa.func.json_each(wanted).table_valued(sa.column("value", sa.BigInteger), name="asked")
        older = sa.select(clues.c.number).where(clues.c.term == asked.c.value).order_by(clues.c.number.desc())
        since = sa.func.coalesce(older.offset(MOST_CLUED - 1).limit(1).correlate(asked).scalar_subquery(), 0)
        latest = clues.alias("latest")
        found = sa.select(latest.c.term, latest.c.number)
        return found.select_from(asked.join(latest, (latest.c.term == asked.c.value) & (latest.c.number >= since)))
    asked = sa.func.unnest(wanted).table_valued(sa.column("value", sa.BigInteger), name="asked").render_derived()
    newest = sa.select(clues.c.number).where(clues.c.term == asked.c.value).order_by(clues.c.number.desc()).limit(MOST_CLUED)
    lateral = newest.lateral("latest")
    return sa.select(asked.c.value.label("term"), lateral.c.number).select_from(asked.join(lateral, sa.true()))


_LATEST = {kind: _latest(kind) for kind in INSERTS}


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as the office sees it: how many told of it and wait for review, where, when first and last; how many in the last
    seven days (`week`), and in the seven `before`."""

    number: int
    standing: Standing
    title: str
    opinions: int
    waiting: int
    areas: tuple[str, ...]
    first: datetime
    last: datetime
    week: int
    before: int

    @property
    def growing(self) -> bool:
        """Whether more told of it in the last seven days than in those before."""
        return self.week > self.before


class IncidentStore:
    """The incidents within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        #: Incidents that were left by one of theirs.
        self._left: set[int] = set()

    def outlive(self) -> bool:
        """Remove the terms of what was told before the last 90 days, some at a time; returns whether there may be more."""
        old = _TELLING.where(wordings.c.terms.is_not(None), opinions.c.submitted < self._work.now - WINDOW).limit(MOST_OUTLIVED)
        found = self._work.execute(old).all()
        for row in found:
            self._drop(row)
        self._work.execute(wordings.update().where(wordings.c.number.in_([row.number for row in found])).values(terms=None))
        return len(found) == MOST_OUTLIVED

    def clued(self, wanted: Collection[int]) -> dict[int, list[int]]:
        """The latest tellings that have each of these terms among their rarest ones, in their order."""
        found: dict[int, list[int]] = {}
        if not wanted:
            return found
        for row in self._work.fetch(_LATEST[self._work.connection.dialect.name], {"terms": list(wanted)}):
            found.setdefault(row.term, []).append(row.number)
        return {term: sorted(numbers) for term, numbers in found.items()}

    def told(self, numbers: Collection[int]) -> list[Telling]:
        """The tellings with these numbers, as far as they are of the last 90 days."""
        found = self._work.fetch(_TOLD, {"numbers": list(numbers)}) if numbers else []
        return [Telling(row.number, row.area, row.submitted, unpacked(bytes(row.terms)), row.incident) for row in found]

    def sizes(self, numbers: Collection[int]) -> Mapping[int, int]:
        """How many tellings these incidents have, those that say the same as another left out."""
        if not numbers:
            return {}
        own = wordings.c.alike == wordings.c.number
        query = sa.select(wordings.c.incident, sa.func.count()).where(wordings.c.incident.in_(numbers), own)
        return dict(map(tuple, self._work.execute(query.group_by(wordings.c.incident)).all()))

    def keep(self, read: ReadOpinion) -> None:
        """Let a telling be found by its rarest terms."""
        for term in read.rarest:
            self._work.add(clues, {"term": term, "number": read.wording.number})

    def make(self) -> int:
        """Make an incident; returns its number."""
        made = self._work.execute(incidents.insert().values(standing="found", found=self._work.now))
        (number,) = made.inserted_primary_key or (0,)
        return int(number)

    def join(self, joining: Mapping[int, int]) -> None:
        """Put tellings into incidents, by their numbers; with each goes what says the same."""
        for number, incident in joining.items():
            self._work.defer(_JOIN, {"which": number, "new_incident": incident})

    def follow(self, number: int, alike: int) -> None:
        """Put an opinion where the one is whose words it repeats."""
        self._work.defer(_FOLLOW, {"which": number, "first_one": alike})

    def forget(self, number: int) -> list[Terms]:
        """Remove all that is kept of a telling; returns its terms, if it was one."""
        self._left.update(self._work.execute(sa.select(wordings.c.incident).where(_IS_IN, wordings.c.number == number)).scalars())
        found = self._work.fetch(_TERMS, {"number": number})
        for row in found:
            self._drop(row)
        self._work.execute(wordings.update().where(wordings.c.number == number).values(terms=None, incident=None))
        return [unpacked(bytes(row.terms)) for row in found]

    def _drop(self, telling: StoredRow) -> None:
        # Its rarest terms are among all of its own.
        self._work.defer(_DROP, {"terms": unpacked(bytes(telling.terms))["term"].tolist(), "which": telling.number})

    def confirm(self, incident: int) -> bool:
        """Note that the office says that all of it is one thing; whether there is such an incident."""
        change = incidents.update().where(incidents.c.number == incident).values(standing="confirmed")
        return self._work.execute(change).rowcount == 1

    def split(self, incident: int, ids: Sequence[str]) -> None:
        """Take opinions out of an incident; one of which less than two are left is none any more."""
        own = wordings.c.incident == incident
        self._work.execute(wordings.update().where(own, wordings.c.opinion.in_(ids)).values(incident=None))
        self._left.add(incident)
        self.dissolve()

    def dissolve(self) -> None:
        """Of incidents that were left by some: one with less than two opinions is none any more."""
        for incident in self._left:
            own = wordings.c.incident == incident
            if len(self._work.execute(sa.select(wordings.c.number).where(own).limit(2)).all()) < 2:
                self._work.execute(wordings.update().where(own).values(incident=None))
                self._work.execute(incidents.delete().where(incidents.c.number == incident))
        self._left.clear()


def told_since(connection: Connection, now: datetime) -> Iterator[Terms]:
    """The terms of what was told in the 90 days before."""
    query = sa.select(wordings.c.terms).join(opinions, opinions.c.id == wordings.c.opinion)
    for kept in connection.execute(query.where(wordings.c.terms.is_not(None), opinions.c.submitted >= now - WINDOW)).scalars():
        yield unpacked(bytes(kept))


def page_of_incidents(connection: Connection, after: int | None, limit: int, now: datetime) -> list[Incident]:
    """The incidents, the latest found first, one more than `limit`."""
    behind = incidents.c.number < (_LAST if after is None else after)
    return _incidents(connection, sa.select(incidents).where(behind).order_by(incidents.c.number.desc()).limit(limit + 1), now)


def find_incident(connection: Connection, number: int, now: datetime) -> Incident | None:
    """One incident."""
    return next(iter(_incidents(connection, sa.select(incidents).where(incidents.c.number == number), now)), None)


def members(connection: Connection, incident: int, limit: int) -> list[Opinion]:
    """The opinions of an incident, the first one first."""
    return read(connection.execute(_members(OPINIONS, incident).order_by(wordings.c.number).limit(limit)))


def waiting_members(connection: Connection, incident: int, states: Sequence[str], limit: int) -> list[str]:
    """The ids of the opinions of an incident in one of these states, the first one first, one more than `limit`."""
    query = _members(sa.select(opinions.c.id), incident).where(opinions.c.state.in_(states))
    return list(connection.scalars(query.order_by(wordings.c.number).limit(limit + 1)))


def _members(query: sa.Select[tuple[str]], incident: int) -> sa.Select[tuple[str]]:
    return query.join(wordings, wordings.c.opinion == opinions.c.id).where(wordings.c.incident == incident)


def _incidents(connection: Connection, query: sa.Select[Any], now: datetime) -> list[Incident]:
    found = connection.execute(query).all()
    told = wordings.join(opinions, opinions.c.id == wordings.c.opinion)
    theirs = wordings.c.incident.in_([row.number for row in found])
    sums = {row.incident: row for row in connection.execute(_sums(now).select_from(told).where(theirs))}
    titles = sa.select(wordings.c.number, opinions.c.title).select_from(told)
    named = titles.where(wordings.c.number.in_([row.first_one for row in sums.values()]))
    title_of = {row.number: row.title for row in connection.execute(named)}
    by_area = sa.select(wordings.c.incident, opinions.c.area).select_from(told).where(theirs, opinions.c.area.is_not(None))
    areas: dict[int, list[str]] = {}
    for row in connection.execute(by_area.group_by(*by_area.selected_columns).order_by(sa.func.min(wordings.c.number))):
        areas.setdefault(row.incident, []).append(row.area)
    return [
        Incident(
            row.number, row.standing, title_of[each.first_one], each.opinions, each.waiting, tuple(areas.get(row.number, ())),
            each.first, each.last, each.week, each.before,
        )
        for row in found
        if (each := sums.get(row.number)) is not None
    ]  # fmt: skip


def _sums(now: datetime) -> sa.Select[Any]:
    """What is said of the opinions of each incident together."""
    at, week = opinions.c.submitted, now - timedelta(days=7)
    counts = {
        "waiting": opinions.c.state == State.SUBMITTED,
        "week": at >= week,
        "before": (at >= week - timedelta(days=7)) & (at < week),
    }
    summed = [sa.cast(sa.func.sum(sa.case((which, 1), else_=0)), sa.Integer).label(name) for name, which in counts.items()]
    return sa.select(
        wordings.c.incident, sa.func.count().label("opinions"), sa.func.min(wordings.c.number).label("first_one"),
        sa.func.min(at).label("first"), sa.func.max(at).label("last"), *summed,
    ).group_by(wordings.c.incident)  # fmt: skip
