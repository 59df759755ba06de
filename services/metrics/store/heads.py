"""The signed heads of the ledger in the store; a ledger that was rewritten no longer matches them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import orjson
import sqlalchemy as sa
import structlog

from services.contracts.ledger import Head, Peaks, consistency_path, inclusion_path, leaf_hash
from services.contracts.messages.ledger import LedgerHeaded
from services.metrics.domain.ledger.proofs import HeadProof, SignedHead
from services.metrics.store.horizon import hold_pen
from services.metrics.store.ledger import LATEST_DAY, LEAVES_A_READ, daybooks, leaves_between
from services.metrics.store.tables import AnyRow, days, heads, leaves
from services.runtime.process.signing import Ed25519Signer
from services.runtime.store.database import Database, Transaction

log = structlog.get_logger()
#: The subject of what is about no opinion.
NO_OPINION = "-"
_NEWEST = sa.select(heads).order_by(heads.c.number.desc()).limit(1)
_CLOSED = sa.select(days).where(days.c.hash.is_not(None)).order_by(days.c.day.desc()).limit(1)


class Heads:
    """Makes heads, and lists them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, hour: datetime) -> int | None:
        """How many leaves the next head is over, which may be made by now; None for none. `hour` is when the present one began.

        A day that is closed gets one over all its leaves; a leaf of an hour that is over waits for none longer.
        """
        with self._database.reading() as connection:
            newest, closed = _newest(connection), daybooks(connection, _CLOSED)
            size = newest.head.size if newest else 0
            if closed and closed[0].end > size:
                return closed[0].end
            leaf = connection.execute(sa.select(leaves.c.leaf).where(leaves.c.number == size)).scalar()
            latest = daybooks(connection, LATEST_DAY)
        if leaf is None or not latest or datetime.fromisoformat(orjson.loads(leaf)["time"]) >= hour:
            return None
        return latest[0].end

    def make(self, size: int, now: datetime, signer: Ed25519Signer) -> None:
        """Sign the head over the first `size` leaves, keep it, log it and publish it."""
        with self._database.reading() as connection:
            newest = _newest(connection)
        peaks = newest.peaks if newest else Peaks()
        for leaf in self._hashes(peaks.size, size):
            peaks.append(leaf)
        if peaks.size != size:
            log.error("ledger_leaves_missing", expected=size, found=peaks.size)
            return
        head = Head(size, peaks.root, now.replace(microsecond=0), signer.name)
        signed = SignedHead(newest.number + 1 if newest else 0, head, peaks, signer.sign(head.text))
        with self._database.transaction() as work:
            if _save(work, signed):
                about = LedgerHeaded(size, head.root.hex(), head.time, head.key, signed.signature.hex())
                work.publish(about, subject=NO_OPINION, sequence=0)
                log.info(
                    "ledger_headed", size=size, root=about.root, at=about.time.isoformat(), key=about.key, signature=about.signature
                )

    def consistency(self, first: int, second: int) -> list[bytes] | None:
        """The proof that the head over `second` leaves has grown out of the one over `first`; None when one of both is no head."""
        query = sa.select(heads.c.size, heads.c.peaks).where(heads.c.size.in_((first, second)))
        with self._database.reading() as connection:
            peaks = {size: bytes(kept) for size, kept in connection.execute(query)}
        if not {first, second} <= set(peaks):
            return None
        return consistency_path(Peaks(first, peaks[first]), list(self._hashes(first, second)))

    def inclusion(self, event: str) -> HeadProof | None:
        """Where the event with this id is counted, and the proof for the first head over it; None when it is not counted."""
        with self._database.reading() as connection:
            row = connection.execute(sa.select(leaves.c.number, leaves.c.leaf).where(leaves.c.id == event)).first()
            if row is None:
                return None
            later = sa.select(heads).where(heads.c.size > row.number).order_by(heads.c.size).limit(1)
            found = [_head(each) for each in connection.execute(later)]
            earlier = sa.select(heads).where(heads.c.size <= row.number).order_by(heads.c.size.desc()).limit(1)
            peaks = next((_head(each).peaks for each in connection.execute(earlier)), Peaks())
        if not found:
            return HeadProof(row.number, row.leaf.decode(), None, ())
        path = inclusion_path(peaks, list(self._hashes(peaks.size, found[0].head.size)), row.number)
        return HeadProof(row.number, row.leaf.decode(), found[0], tuple(each.hex() for each in path))

    def listed(self, after: int | None, limit: int) -> list[SignedHead]:
        """Up to `limit` heads that follow the one numbered `after`, oldest first."""
        query = sa.select(heads).where(heads.c.number > (-1 if after is None else after)).order_by(heads.c.number).limit(limit)
        with self._database.reading() as connection:
            return [_head(row) for row in connection.execute(query)]

    def _hashes(self, first: int, end: int) -> Iterator[bytes]:
        for start in range(first, end, LEAVES_A_READ):
            with self._database.reading() as connection:
                part = leaves_between(connection, start, min(end, start + LEAVES_A_READ))
            yield from map(leaf_hash, part)


def _newest(connection: sa.Connection) -> SignedHead | None:
    row = connection.execute(_NEWEST).first()
    return None if row is None else _head(row)


def _head(row: AnyRow) -> SignedHead:
    head = Head(row.size, row.root, row.time, row.key)
    return SignedHead(row.number, head, Peaks(row.size, row.peaks), row.signature)


def _save(work: Transaction, signed: SignedHead) -> bool:
    """Keep a head; False when another worker has made one meanwhile."""
    hold_pen(work)
    latest = _newest(work.connection)
    if latest is not None and latest.number >= signed.number:
        return False
    head = signed.head
    work.add(heads, {
        "number": signed.number, "size": head.size, "root": head.root, "peaks": bytes(signed.peaks), "time": head.time,
        "key": head.key, "signature": signed.signature,
    })  # fmt: skip
    return True
