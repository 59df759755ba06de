"""Photos of opinions, kept as bytes in the store itself: backed up, moved and erased with all else of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.store.tables import tables
from services.runtime.store.database import Instant, row_of, rows_of

Row = Mapping[str, Any]
#: `content` stands last, so that a list of the others does not read it.
attachments = sa.Table(
    "attachments",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, index=True),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)


def attachments_of(connection: Connection, opinion_id: str) -> list[Row]:
    """The photos of an opinion without their bytes, in the order they came: id, type, size (bytes), at."""
    columns = (attachments.c.id, attachments.c.type, attachments.c.size, attachments.c.at)
    query = sa.select(*columns).where(attachments.c.opinion == opinion_id).order_by(attachments.c.at, attachments.c.id)
    return rows_of(connection.execute(query))


def attachment(connection: Connection, opinion_id: str, attachment_id: str) -> Row | None:
    """One photo of an opinion with its bytes; None when it has no such photo."""
    query = sa.select(attachments).where(attachments.c.opinion == opinion_id, attachments.c.id == attachment_id)
    return row_of(connection.execute(query))


def attached(opinion_id: str) -> sa.Select[int]:
    """How many photos an opinion has."""
    return sa.select(sa.func.count()).select_from(attachments).where(attachments.c.opinion == opinion_id)
