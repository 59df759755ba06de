"""同一事件: the tellings of the last 90 days by their rarest terms, and the incidents that they were put together to.

Which incident an opinion belongs to stands with its wording. An opinion that says the same as an earlier one goes with that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.opinion import Opinion
from services.intake.domain.similarity.incidents import CLUES, MOST_CLUED, MOST_COMPARED, WINDOW, Telling, Terms, packed, unpacked
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.similarity.wordings import wordings
from services.intake.store.tables import opinions, tables
from services.runtime.store.bulk import among
from services.runtime.store.database import Instant, Transaction

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_LAST = 1 << 62
Standing = Literal["found", "confirmed"]
clues = sa.Table(
    "clues",
    tables,
    sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Index("clues_number", "number"),
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
_TOLD = _TELLING.where(among(wordings.c.number, "numbers"), wordings.c.terms.is_not(None))
_ASKED = tuple(f"term_{place}" for place in range(CLUES))
_LATEST = [
    sa.select(clues.c.number)
    .where(clues.c.term == sa.bindparam(name, type_=sa.BigInteger))
    .order_by(clues.c.number.desc())
    .limit(MOST_CLUED)
    .subquery()
    for name in _ASKED
]
_CLUED = sa.select(sa.union_all(*(sa.select(each.c.number) for each in _LATEST)).subquery().c.number)
_TERMS = wordings.update().where(wordings.c.number == sa.bindparam("which")).values(terms=sa.bindparam("new_terms"))


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

    def outlive(self) -> None:
        """Remove the terms of what was told before the last 90 days."""
        old = opinions.c.submitted < self._work.now - WINDOW
        query = sa.select(wordings.c.number).join(opinions, opinions.c.id == wordings.c.opinion)
        numbers = query.where(wordings.c.terms.is_not(None), old)
        self._work.execute(clues.delete().where(clues.c.number.in_(numbers)))
        self._work.execute(wordings.update().where(wordings.c.number.in_(numbers)).values(terms=None))

    def clued(self, wanted: Sequence[int]) -> list[Telling]:
        """The tellings that have the most of these terms among their own rarest ones, of each the latest."""
        if not wanted:
            return []
        asked = dict.fromkeys(_ASKED, -1) | dict(zip(_ASKED, wanted, strict=False))
        common = Counter(row.number for row in self._work.fetch(_CLUED, asked))
        numbers = [number for number, _ in common.most_common(MOST_COMPARED)]
        if not numbers:
            return []
        found = self._work.fetch(_TOLD, {"numbers": numbers})
        return [Telling(row.number, row.area, row.submitted, unpacked(bytes(row.terms)), row.incident) for row in found]

    def sizes(self, numbers: Iterable[int]) -> Mapping[int, int]:
        """How many tellings these incidents have, those that say the same as another left out."""
        wanted = set(numbers)
        if not wanted:
            return {}
        own = wordings.c.alike == wordings.c.number
        query = sa.select(wordings.c.incident, sa.func.count()).where(wordings.c.incident.in_(wanted), own)
        return dict(map(tuple, self._work.execute(query.group_by(wordings.c.incident)).all()))

    def keep(self, telling: Telling, rarest: Sequence[int]) -> None:
        """Let a telling be found by its rarest terms."""
        self._work.defer(_TERMS, {"which": telling.number, "new_terms": packed(telling.terms)})
        for term in rarest:
            self._work.add(clues, {"term": term, "number": telling.number})

    def join(self, telling: Telling, other: Telling) -> None:
        """Put a telling into the incident of another one, or make one of both; with each goes what says the same."""
        incident = other.incident
        if incident is None:
            made = self._work.execute(incidents.insert().values(standing="found", found=self._work.now))
            (incident,) = made.inserted_primary_key or (0,)
        joining = {telling.number} if other.incident is not None else {telling.number, other.number}
        self._work.execute(wordings.update().where(wordings.c.alike.in_(joining)).values(incident=incident))

    def follow(self, number: int, alike: int) -> None:
        """Put an opinion where the one is whose words it repeats."""
        first = sa.select(wordings.c.incident).where(wordings.c.number == alike).scalar_subquery()
        self._work.execute(wordings.update().where(wordings.c.number == number).values(incident=first))

    def forget(self, number: int) -> None:
        """Remove all that is kept of a telling."""
        self._work.execute(clues.delete().where(clues.c.number == number))
        self._work.execute(wordings.update().where(wordings.c.number == number).values(terms=None, incident=None))

    def confirm(self, incident: int) -> bool:
        """Note that the office says that all of it is one thing; whether there is such an incident."""
        change = incidents.update().where(incidents.c.number == incident).values(standing="confirmed")
        return self._work.execute(change).rowcount == 1

    def split(self, incident: int, ids: Sequence[str]) -> None:
        """Take opinions out of an incident; one of which less than two are left is none any more."""
        own = wordings.c.incident == incident
        self._work.execute(wordings.update().where(own, wordings.c.opinion.in_(ids)).values(incident=None))
        left = self._work.execute(sa.select(wordings.c.number).where(own).limit(2)).all()
        if len(left) < 2:
            self._work.execute(wordings.update().where(own).values(incident=None))
            self._work.execute(incidents.delete().where(incidents.c.number == incident))


def told_since(connection: Connection, now: datetime) -> Iterator[Terms]:
    """The terms of what was told in the 90 days before."""
    query = sa.select(wordings.c.terms).join(opinions, opinions.c.id == wordings.c.opinion)
    for kept in connection.execute(query.where(wordings.c.terms.is_not(None), opinions.c.submitted >= now - WINDOW)).scalars():
        yield unpacked(bytes(kept))


def page_of_incidents(connection: Connection, after: int | None, limit: int, now: datetime) -> list[Incident]:
    """The incidents, the latest found first, one more than `limit`."""
    behind = incidents.c.number < (_LAST if after is None else after)
    rows = connection.execute(sa.select(incidents).where(behind).order_by(incidents.c.number.desc()).limit(limit + 1)).all()
    return [_incident(connection, row.number, row.standing, now) for row in rows]


def find_incident(connection: Connection, number: int, now: datetime) -> Incident | None:
    """One incident."""
    row = connection.execute(sa.select(incidents).where(incidents.c.number == number)).first()
    return None if row is None else _incident(connection, row.number, row.standing, now)


def members(connection: Connection, incident: int, limit: int) -> list[Opinion]:
    """The opinions of an incident, the first one first."""
    return read(connection.execute(_members(OPINIONS, incident).order_by(wordings.c.number).limit(limit)))


def waiting_members(connection: Connection, incident: int, states: Sequence[str], limit: int) -> list[str]:
    """The ids of the opinions of an incident in one of these states, the first one first, one more than `limit`."""
    query = _members(sa.select(opinions.c.id), incident).where(opinions.c.state.in_(states))
    return list(connection.scalars(query.order_by(wordings.c.number).limit(limit + 1)))


def _members(query: sa.Select[tuple[str]], incident: int) -> sa.Select[tuple[str]]:
    return query.join(wordings, wordings.c.opinion == opinions.c.id).where(wordings.c.incident == incident)


def _incident(connection: Connection, number: int, standing: Standing, now: datetime) -> Incident:
    week = now - timedelta(days=7)
    columns = (opinions.c.title, opinions.c.area, opinions.c.submitted, opinions.c.state)
    told = connection.execute(_members(sa.select(*columns), number).order_by(wordings.c.number)).all()
    times = [each.submitted for each in told]
    return Incident(
        number, standing, told[0].title if told else "", len(told), sum(each.state == "submitted" for each in told),
        tuple(dict.fromkeys(each.area for each in told if each.area)), min(times, default=now), max(times, default=now),
        sum(at >= week for at in times), sum(week - timedelta(days=7) <= at < week for at in times),
    )  # fmt: skip
