"""Tables of the journal: messages that were published and are not yet known to have been consumed."""

from __future__ import annotations

import sqlalchemy as sa

from services.runtime.store.outgoing.outbox import tables

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
published_table = sa.Table(
    "published",
    tables,
    sa.Column("id", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("destinations", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("confirmed", sa.Float, nullable=False),
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
    sqlite_autoincrement=True,
)
listings_table = sa.Table(
    "listings",
    tables,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("hearer", sa.String(20), nullable=False),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("begun", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)
addressed_table = sa.Table(
    "addressed",
    tables,
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("queue", sa.String(64), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("confirmed", sa.Float, nullable=False),
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
    sa.PrimaryKeyConstraint("message_id", "queue"),
    sa.Index("addressed_queue", "queue", "id"),
)
journal_table = sa.Table(
    "journal", tables, sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False)
)
