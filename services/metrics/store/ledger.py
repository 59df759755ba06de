"""The ledger in the store: one writer appends, anybody reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.ledger import NOTHING, Counted, Peaks, entry_hash, leaf_hash, leaf_of, levels_of, path_of, subject_of
from services.metrics.store.tables import days, leaves, subjects
from services.metrics.store.writing import hold_pen, keep
from services.runtime.store.database import Database, Transaction, row_of, rows_of

LEAVES_A_READ = 1000
Row = Mapping[str, Any]
_KNOWN = sa.select(leaves.c.id).where(leaves.c.id.in_(sa.bindparam("ids", expanding=True)))
_LAST = sa.select(days).order_by(days.c.day.desc()).limit(1)
_GROWN: dict[str, Any] = {name: sa.bindparam(name) for name in ("size", "peaks", "tip")}
_GROW = days.update().where(days.c.day == sa.bindparam("of")).values(_GROWN)


def append(work: Transaction, events: Sequence[Counted], today: date) -> None:
    """Add a leaf for each event that has none, in the order given."""
    hold_pen(work)
    known = set(work.execute(_KNOWN, {"ids": sorted({event.id for event in events})}).scalars())
    fresh = [event for event in {event.id: event for event in events}.values() if event.id not in known]
    if not fresh:
        return
    day = _day_for(work, today)
    peaks, tip = Peaks(day["size"], day["peaks"]), day["tip"]
    for event in fresh:
        leaf = leaf_of(event, peaks.size, tip)
        number = day["first"] + peaks.size
        work.add(leaves, {"number": number, "id": event.id, "opinion": event.subject, "leaf": leaf})
        tip = leaf_hash(leaf)
        peaks.append(tip)
    opinions = sorted({event.subject for event in fresh})
    keep(work, subjects, [{"subject": bytes.fromhex(subject_of(opinion)), "opinion": opinion} for opinion in opinions])
    work.defer(_GROW, {"of": day["day"], "size": peaks.size, "peaks": bytes(peaks), "tip": tip})


def _day_for(work: Transaction, today: date) -> Row:
    """The open day, which may be new: days follow one another, whatever the clock does."""
    last = _last(work)
    if last is not None and last["hash"] is None and last["day"] >= today.isoformat():
        return last
    closed = None if last is None else _close(work, last)
    if last is not None:
        today = max(today, date.fromisoformat(last["day"]) + timedelta(days=1))
    row = {
        "day": today.isoformat(), "first": last["first"] + last["size"] if last else 0, "size": 0, "peaks": b"",
        "tip": last["tip"] if last else NOTHING, "previous": closed or NOTHING, "root": None, "hash": None,
    }  # fmt: skip
    work.add(days, row)
    return row


def close_before(work: Transaction, today: date) -> None:
    """Close the open day when it is over: its root and its place in the chain are final."""
    last = _last(work)
    if last is not None and last["day"] < today.isoformat():
        _close(work, last)


def _last(work: Transaction) -> Row | None:
    return row_of(work.execute(_LAST))


def _close(work: Transaction, day: Row) -> bytes:
    if day["hash"] is not None:
        return bytes(day["hash"])
    root = Peaks(day["size"], day["peaks"]).root
    final = entry_hash(day["day"], day["size"], day["first"] + day["size"], root, day["previous"])
    work.execute(days.update().where(days.c.day == day["day"]).values(root=root, hash=final))
    return final


def entry_of(day: Row) -> dict[str, Any]:
    """A day as it is published; the root of an open one is that of the leaves so far, and it has no hash yet."""
    closed = day["hash"] is not None
    root = day["root"] if closed else Peaks(day["size"], day["peaks"]).root
    return {
        "day": day["day"], "closed": closed, "size": day["size"], "total": day["first"] + day["size"], "root": root.hex(),
        "previous": day["previous"].hex(), "hash": day["hash"].hex() if closed else None,
    }  # fmt: skip


class Ledger:
    """The ledger as the rest of the service sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, work: Transaction, events: Sequence[Counted], today: date) -> None:
        """Add a leaf for each event that has none, in the order given, to the open day."""
        append(work, events, today)

    def close_before(self, today: date) -> None:
        """Close the open day when it is over: its root and its place in the chain are final."""
        with self._database.transaction() as work:
            hold_pen(work)
            close_before(work, today)

    def days(self, after: str | None, limit: int) -> list[dict[str, Any]]:
        """The entries of up to `limit` days that follow the day `after`, oldest first."""
        query = sa.select(days).where(days.c.day > (after or "")).order_by(days.c.day).limit(limit)
        with self._database.reading() as connection:
            return [entry_of(row) for row in rows_of(connection.execute(query))]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        """The entries of the last days, newest first."""
        with self._database.reading() as connection:
            return [entry_of(row) for row in rows_of(connection.execute(sa.select(days).order_by(days.c.day.desc()).limit(limit)))]

    def day(self, day: str) -> Row | None:
        """What is kept of a day; None when there is no such day."""
        with self._database.reading() as connection:
            return row_of(connection.execute(sa.select(days).where(days.c.day == day)))

    def leaves(self, day: Row) -> Iterator[list[bytes]]:
        """The leaves of a day in their order, some at a time."""
        end = day["first"] + day["size"]
        for start in range(day["first"], end, LEAVES_A_READ):
            with self._database.reading() as connection:
                part = leaves_between(connection, start, min(end, start + LEAVES_A_READ))
            yield part

    def proofs(self, subject: bytes, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Up to `limit` leaves of a subject that follow the leaf numbered `after`, each with its inclusion proof."""
        opinion = sa.select(subjects.c.opinion).where(subjects.c.subject == subject).scalar_subquery()
        where = (leaves.c.opinion == opinion, leaves.c.number > (-1 if after is None else after))
        query = sa.select(leaves.c.number, leaves.c.leaf).where(*where).order_by(leaves.c.number).limit(limit)
        found: list[dict[str, Any]] = []
        with self._database.reading() as connection:
            own = connection.execute(query).all()
            for day in _days_of(connection, [number for number, _ in own]):
                hashes = [leaf_hash(leaf) for leaf in leaves_between(connection, day["first"], day["first"] + day["size"])]
                levels = levels_of(hashes)
                for number, leaf in own:
                    index = number - day["first"]
                    if 0 <= index < day["size"]:
                        path = [sibling.hex() for sibling in path_of(levels, index)]
                        found.append({**_place(day, number, levels[-1][0]), "leaf": bytes(leaf).decode(), "path": path})
        return found


def _place(day: Row, number: int, root: bytes) -> dict[str, Any]:
    return {"number": number, "day": day["day"], "index": number - day["first"], "size": day["size"], "root": root.hex()}


def _days_of(connection: Connection, numbers: Sequence[int]) -> list[Row]:
    if not numbers:
        return []
    query = sa.select(days).where(days.c.first <= numbers[-1], days.c.first + days.c.size > numbers[0]).order_by(days.c.day)
    every = rows_of(connection.execute(query))
    return [day for day in every if any(day["first"] <= number < day["first"] + day["size"] for number in numbers)]


def leaves_between(connection: Connection, start: int, end: int) -> list[bytes]:
    """The leaves numbered from `start` and below `end`, in their order."""
    query = sa.select(leaves.c.leaf).where(leaves.c.number >= start, leaves.c.number < end).order_by(leaves.c.number)
    return [bytes(leaf) for leaf in connection.execute(query).scalars()]
