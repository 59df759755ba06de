"""The ledger in the store: one writer appends, anybody reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.ledger import LedgerEvent, Peaks, subject_of
from services.metrics.domain.ledger.daybook import Daybook, day_for
from services.metrics.domain.ledger.proofs import InclusionProof, proofs_in
from services.metrics.store.horizon import hold_pen
from services.metrics.store.tables import AnyRow, AnySelect, days, leaves, subjects
from services.metrics.store.upserts import addition
from services.runtime.store.database import Database, Transaction
from services.runtime.store.statements.bulk import among

LEAVES_A_READ = 1000
_KNOWN = sa.select(leaves.c.id).where(among(leaves.c.id, "ids"))
LATEST_DAY = sa.select(days).order_by(days.c.day.desc()).limit(1)
_CHANGED: dict[str, sa.BindParameter[object]] = {name: sa.bindparam(name) for name in ("size", "peaks", "tip", "root", "hash")}
_CHANGE = days.update().where(days.c.day == sa.bindparam("of")).values(**_CHANGED)


def daybook_of(row: AnyRow) -> Daybook:
    """What a row of the table of days says."""
    return Daybook(row.day, row.first, Peaks(row.size, row.peaks), row.tip, row.previous, row.root, row.hash)


def daybooks(connection: Connection, query: AnySelect) -> list[Daybook]:
    """The days that a query finds."""
    return [daybook_of(row) for row in connection.execute(query)]


class Ledger:
    """The ledger as the rest of the service sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, work: Transaction, events: Sequence[LedgerEvent], today: date) -> None:
        """Add a leaf for each event that has none, in the order given, to the open day."""
        hold_pen(work)
        known = {leaf for (leaf,) in work.fetch(_KNOWN, {"ids": sorted({event.id for event in events})})}
        fresh = [event for event in {event.id: event for event in events}.values() if event.id not in known]
        if not fresh:
            return
        last = self._last(work)
        day = day_for(last, today)
        added = [day.add(event) for event in fresh]
        if day is last:
            _save(work, day)
        else:
            if last is not None:
                _save(work, last)
            work.add(days, _row(day) | {"day": day.day, "first": day.first, "previous": day.previous})
        for leaf in added:
            work.add(leaves, {"number": leaf.number, "id": leaf.id, "opinion": leaf.opinion, "leaf": leaf.leaf})
        statement = addition(subjects, work.connection.dialect.name)
        for opinion in sorted({event.subject for event in fresh}):
            work.defer(statement, {"subject": bytes.fromhex(subject_of(opinion)), "opinion": opinion})

    def close_before(self, today: date) -> None:
        """Close the open day when it is over: its root and its place in the chain are final."""
        with self._database.transaction() as work:
            hold_pen(work)
            last = self._last(work)
            if last is not None and last.is_over(today):
                last.close()
                _save(work, last)

    def _last(self, work: Transaction) -> Daybook | None:
        return next(map(daybook_of, work.fetch(LATEST_DAY)), None)

    def days(self, after: str | None, limit: int) -> list[Daybook]:
        """Up to `limit` days that follow the day `after`, oldest first."""
        with self._database.reading() as connection:
            return daybooks(connection, sa.select(days).where(days.c.day > (after or "")).order_by(days.c.day).limit(limit))

    def latest(self, limit: int) -> list[Daybook]:
        """The last days, newest first."""
        with self._database.reading() as connection:
            return daybooks(connection, sa.select(days).order_by(days.c.day.desc()).limit(limit))

    def day(self, day: str) -> Daybook | None:
        """One day; None when there is no such day."""
        with self._database.reading() as connection:
            return next(iter(daybooks(connection, sa.select(days).where(days.c.day == day))), None)

    def leaves(self, day: Daybook) -> Iterator[list[bytes]]:
        """The leaves of a day in their order, some at a time."""
        for start in range(day.first, day.end, LEAVES_A_READ):
            with self._database.reading() as connection:
                part = leaves_between(connection, start, min(day.end, start + LEAVES_A_READ))
            yield part

    def proofs(self, subject: bytes, after: int | None, limit: int) -> list[InclusionProof]:
        """Up to `limit` leaves of a subject that follow the leaf numbered `after`, each with its inclusion proof."""
        opinion = sa.select(subjects.c.opinion).where(subjects.c.subject == subject).scalar_subquery()
        where = (leaves.c.opinion == opinion, leaves.c.number > (-1 if after is None else after))
        query = sa.select(leaves.c.number, leaves.c.leaf).where(*where).order_by(leaves.c.number).limit(limit)
        found: list[InclusionProof] = []
        with self._database.reading() as connection:
            own = [(number, bytes(leaf)) for number, leaf in connection.execute(query)]
            for day in _days_of(connection, [number for number, _ in own]):
                found += proofs_in(day, leaves_between(connection, day.first, day.end), own)
        return found


def _row(day: Daybook) -> dict[str, object]:
    return {"size": day.size, "peaks": bytes(day.peaks), "tip": day.tip, "root": day.root, "hash": day.hash}


def _save(work: Transaction, day: Daybook) -> None:
    work.defer(_CHANGE, {"of": day.day, **_row(day)})


def _days_of(connection: Connection, numbers: Sequence[int]) -> list[Daybook]:
    if not numbers:
        return []
    query = sa.select(days).where(days.c.first <= numbers[-1], days.c.first + days.c.size > numbers[0]).order_by(days.c.day)
    return [day for day in daybooks(connection, query) if any(day.first <= number < day.end for number in numbers)]


def leaves_between(connection: Connection, start: int, end: int) -> list[bytes]:
    """The leaves numbered from `start` and below `end`, in their order."""
    query = sa.select(leaves.c.leaf).where(leaves.c.number >= start, leaves.c.number < end).order_by(leaves.c.number)
    return [bytes(leaf) for leaf in connection.execute(query).scalars()]
