"""The signed heads of the ledger in the store: what a rewritten ledger does not come to any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
import structlog

from services.contracts.ledger import Head, Peaks, consistency_path, leaf_hash
from services.contracts.messages.ledger import LedgerHeaded
from services.metrics.store.ledger import LEAVES_A_READ, leaves_between
from services.metrics.store.tables import days, heads, leaves
from services.metrics.store.writing import hold_pen
from services.runtime.process.signing import Signer
from services.runtime.store.database import Database, row_of, rows_of

log = structlog.get_logger()
Row = Mapping[str, Any]
#: The subject of what is about no opinion.
NO_OPINION = "-"
_NEWEST = sa.select(heads).order_by(heads.c.number.desc()).limit(1)
_OPEN = sa.select(days).order_by(days.c.day.desc()).limit(1)
_CLOSED = sa.select(days).where(days.c.hash.is_not(None)).order_by(days.c.day.desc()).limit(1)


class Heads:
    """Makes heads, and tells those that were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, hour: datetime) -> int | None:
        """How many leaves the next head is over, which may be made by now; None for none. `hour` is when the present one began.

        A day that is closed gets one over all its leaves; a leaf of an hour that is over waits for none longer.
        """
        with self._database.reading() as connection:
            newest, closed = row_of(connection.execute(_NEWEST)), row_of(connection.execute(_CLOSED))
            size = newest["size"] if newest else 0
            if closed is not None and _end(closed) > size:
                return _end(closed)
            leaf = connection.execute(sa.select(leaves.c.leaf).where(leaves.c.number == size)).scalar()
            day = row_of(connection.execute(_OPEN))
        if leaf is None or day is None or datetime.fromisoformat(orjson.loads(leaf)["time"]) >= hour:
            return None
        return _end(day)

    def make(self, size: int, now: datetime, signer: Signer) -> None:
        """Sign the head over the first `size` leaves, keep it, log it and say it."""
        with self._database.reading() as connection:
            newest = row_of(connection.execute(_NEWEST))
        number, peaks = (newest["number"] + 1, Peaks(newest["size"], newest["peaks"])) if newest else (0, Peaks())
        for start in range(peaks.size, size, LEAVES_A_READ):
            with self._database.reading() as connection:
                for leaf in leaves_between(connection, start, min(size, start + LEAVES_A_READ)):
                    peaks.append(leaf_hash(leaf))
        if peaks.size != size:
            log.error("ledger_leaves_missing", expected=size, found=peaks.size)
            return
        head = Head(size, peaks.root, now.replace(microsecond=0), signer.name)
        signature = signer.sign(head.text)
        with self._database.transaction() as work:
            hold_pen(work)
            latest = row_of(work.execute(_NEWEST))
            if latest is not None and latest["number"] >= number:
                return
            facts = {"number": number, "size": size, "root": head.root, "peaks": bytes(peaks), "time": head.time}
            work.add(heads, {**facts, "key": head.key, "signature": signature})
            told = LedgerHeaded(size, head.root.hex(), head.time, head.key, signature.hex())
            work.say(told, subject=NO_OPINION, sequence=0)
        log.info("ledger_headed", size=size, root=told.root, at=told.time.isoformat(), key=told.key, signature=told.signature)

    def consistency(self, first: int, second: int) -> list[bytes] | None:
        """The proof that the head over `second` leaves has grown out of the one over `first`; None when one of both is no head."""
        query = sa.select(heads.c.size, heads.c.peaks).where(heads.c.size.in_((first, second)))
        with self._database.reading() as connection:
            peaks = {size: bytes(kept) for size, kept in connection.execute(query)}
        if not {first, second} <= set(peaks):
            return None
        grown: list[bytes] = []
        for start in range(first, second, LEAVES_A_READ):
            with self._database.reading() as connection:
                grown += map(leaf_hash, leaves_between(connection, start, min(second, start + LEAVES_A_READ)))
        return consistency_path(Peaks(first, peaks[first]), grown)

    def listed(self, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Up to `limit` heads that follow the one numbered `after`, oldest first."""
        told = (heads.c[name] for name in ("number", "size", "root", "time", "key", "signature"))
        query = sa.select(*told).where(heads.c.number > (-1 if after is None else after)).order_by(heads.c.number).limit(limit)
        with self._database.reading() as connection:
            rows = rows_of(connection.execute(query))
        return [{**row, "root": row["root"].hex(), "signature": row["signature"].hex()} for row in rows]


def _end(day: Row) -> int:
    return int(day["first"] + day["size"])
