"""The received heads of the ledger, out of reach of the service that keeps the ledger."""

from __future__ import annotations

from dataclasses import fields

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from services.contracts.messages.ledger import LedgerHeaded
from services.notify.domain.witness import WitnessRecord
from services.notify.store.tables import tables
from services.runtime.store.database import Instant, Transaction

log = structlog.get_logger()
heads = sa.Table(
    "heads",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("time", Instant, nullable=False),
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
    sa.Column("received", Instant, nullable=False),
)
_FACTS = tuple(heads.c[field.name] for field in fields(WitnessRecord))


def keep_head(work: Transaction, event_id: str, head: LedgerHeaded) -> None:
    """Keep a head; one of the same message is kept already."""
    if work.execute(sa.select(heads.c.id).where(heads.c.id == event_id)).first() is not None:
        return
    work.add(heads, {
        "id": event_id, "size": head.size, "root": head.root, "time": head.time, "key": head.key, "signature": head.signature,
        "received": work.now,
    })  # fmt: skip
    log.info("ledger_head_kept", size=head.size, root=head.root, signature=head.signature)


def newest_head(connection: Connection) -> WitnessRecord | None:
    """The head that was received last."""
    row = connection.execute(sa.select(*_FACTS).order_by(heads.c.id.desc()).limit(1)).first()
    return None if row is None else WitnessRecord(*row)


def listed_heads(connection: Connection, after: str | None, limit: int) -> list[WitnessRecord]:
    """Up to `limit` heads that follow the one with the id `after`, oldest first, and one more."""
    query = sa.select(*_FACTS).where(heads.c.id > (after or "")).order_by(heads.c.id).limit(limit + 1)
    return [WitnessRecord(*row) for row in connection.execute(query)]
