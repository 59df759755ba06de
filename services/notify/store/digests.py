"""Digests in the store: who wants to hear of what is new, and when to look next whether anything is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.accounts import DigestWay
from services.notify.domain.digests import MOST_READ, DigestChoice, DueDigest
from services.notify.domain.notices import Notice
from services.notify.store.notices import new_notices, notice_positions, notice_readers, notices
from services.notify.store.tables import AnyRow, tables
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import INSERTS, Instant, Transaction

#: One row for each person who wants to be told; `told` is the position up to which they were, `next_at` when to look again.
digests = sa.Table(
    "digests",
    tables,
    sa.Column("person", sa.String(36), primary_key=True),
    sa.Column("how", sa.String(10), nullable=False),
    sa.Column("ways", sa.String(20), nullable=False),
    sa.Column("language", sa.String(2), nullable=False),
    sa.Column("hour", sa.Integer, nullable=False),
    sa.Column("told", sa.BigInteger, nullable=False),
    sa.Column("next_at", Instant, nullable=False),
    sa.Index("digests_due", "next_at", "person"),
)
_CHOSEN: Final = (digests.c.how, digests.c.ways, digests.c.language, digests.c.hour)


def chosen_by(connection: Connection, person: str) -> DigestChoice | None:
    """What somebody has chosen; None for nothing."""
    row = connection.execute(sa.select(*_CHOSEN).where(digests.c.person == person)).one_or_none()
    return _choice(row) if row is not None else None


def choose(work: Transaction, person: str, choice: DigestChoice, next_at: datetime) -> None:
    """Tell somebody from now on, of what is new from now on; who was told before goes on from there."""
    last = work.execute(sa.select(notice_positions.c.last)).scalar() or 0
    facts = {
        "how": choice.how, "ways": " ".join(choice.ways), "language": choice.language, "hour": choice.hour, "next_at": next_at,
    }  # fmt: skip
    made = INSERTS[work.connection.dialect.name](digests).values(person=person, told=last, **facts)
    work.execute(made.on_conflict_do_update(index_elements=["person"], set_=facts))


def forget(work: Transaction, persons: Collection[str]) -> None:
    """Tell some people no more."""
    work.execute(digests.delete().where(digests.c.person.in_(persons)))


def next_digest(connection: Connection) -> datetime | None:
    """When the next one is due."""
    found: datetime | None = connection.execute(sa.select(sa.func.min(digests.c.next_at))).scalar()
    return found


class DigestStore:
    """Digests in one unit of work."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.publish = work.publish

    @property
    def now(self) -> datetime:
        """The instant of the unit of work."""
        return self._work.now

    def due(self, after: After, limit: int) -> Sequence[DueDigest]:
        """Who is to be looked at now; another worker passes over them until the commit."""
        query = (
            sa.select(digests.c.next_at, digests.c.person, *_CHOSEN, digests.c.told)
            .where(digests.c.next_at <= self.now, behind(after, digests.c.next_at, digests.c.person))
            .order_by(digests.c.next_at, digests.c.person)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [DueDigest(row.next_at, row.person, _choice(row), row.told) for row in self._work.execute(query)]

    def forget(self, persons: Collection[str]) -> None:
        """Tell some people no more."""
        forget(self._work, persons)

    def seen(self, readers: Collection[str]) -> Mapping[str, int]:
        """How far some readers have seen, as far as they have said so."""
        query = sa.select(notice_readers.c.reader, notice_readers.c.seen).where(notice_readers.c.reader.in_(readers))
        return {row.reader: row.seen for row in self._work.execute(query)}

    def newest(self, audiences: Collection[str]) -> Mapping[str, int]:
        """The position of the newest notice of each of these audiences that has one."""
        query = sa.select(notices.c.audience, sa.func.max(notices.c.position).label("newest"))
        query = query.where(notices.c.audience.in_(audiences)).group_by(notices.c.audience)
        return {row.audience: row.newest for row in self._work.execute(query)}

    def news(self, places: Mapping[str, int]) -> list[Notice]:
        """What each audience was told behind its place, the newest first, as far as it is counted."""
        return new_notices(self._work.connection, places, MOST_READ)

    def save(self, person: str, told: int, next_at: datetime) -> None:
        """Remember up to where somebody was told, and when to look next."""
        self._work.execute(digests.update().where(digests.c.person == person).values(told=told, next_at=next_at))


def _choice(row: AnyRow | Any) -> DigestChoice:
    ways = tuple(way for way in get_args(DigestWay) if way in row.ways.split())
    return DigestChoice(row.how, ways, row.language, row.hour)
