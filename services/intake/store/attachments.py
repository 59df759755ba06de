"""Photos of opinions, kept as bytes in the store itself: backed up, moved and erased with all else of a case."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.attaching import Attachment
from services.intake.store.tables import tables
from services.runtime.store.database import Instant

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
_LISTED = sa.select(attachments.c.id, attachments.c.type, attachments.c.size, attachments.c.at)


def attachments_of(connection: Connection, opinion_id: str) -> list[Attachment]:
    """The photos of an opinion without their bytes, in the order they came."""
    query = _LISTED.where(attachments.c.opinion == opinion_id).order_by(attachments.c.at, attachments.c.id)
    return [Attachment(*tuple(row)) for row in connection.execute(query)]


def attachment(connection: Connection, opinion_id: str, attachment_id: str) -> tuple[Attachment, bytes] | None:
    """One photo of an opinion and its bytes; None when it has no such photo."""
    query = _LISTED.add_columns(attachments.c.content)
    row = connection.execute(query.where(attachments.c.opinion == opinion_id, attachments.c.id == attachment_id)).first()
    return (Attachment(row.id, row.type, row.size, row.at), row.content) if row is not None else None


def attached(opinion_id: str) -> sa.Select[int]:
    """How many photos an opinion has."""
    return sa.select(sa.func.count()).select_from(attachments).where(attachments.c.opinion == opinion_id)
