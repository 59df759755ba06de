"""Outbox, inbox, journal and remembered answers: what every service keeps beside its own tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ADDRESSED = (
    sa.Column("id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.String(36), primary_key=True),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("queue", sa.String(64), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("confirmed", sa.Float, nullable=False),
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
)
IDEMPOTENCY = (
    sa.Column("key", sa.String(300), primary_key=True),
    sa.Column("request", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("subject", sa.String(64)),
)
INBOX = (
    sa.Column("message_id", sa.String(64), primary_key=True),
    sa.Column("queue", sa.String(64), primary_key=True),
    sa.Column("received", sa.BigInteger, nullable=False),
)
JOURNAL = (
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
LISTINGS = (
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("hearer", sa.String(20), nullable=False),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("begun", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
)
OUTBOX = (
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("destinations", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
)
PUBLISHED = (
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("destinations", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("confirmed", sa.Float, nullable=False),
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
)
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("addressed_queue", "addressed", ["queue", "id"], False, None),
    ("idempotency_created", "idempotency", ["created"], False, None),
    ("idempotency_subject", "idempotency", ["subject"], False, None),
    ("outbox_due", "outbox", ["due", "id"], False, None),
    ("outbox_lane", "outbox", ["subject", "id"], False, None),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("addressed", *ADDRESSED)
    op.create_table("idempotency", *IDEMPOTENCY)
    op.create_table("inbox", *INBOX)
    op.create_table("journal", *JOURNAL)
    op.create_table("listings", *LISTINGS, sqlite_autoincrement=True)
    op.create_table("outbox", *OUTBOX, sqlite_autoincrement=True)
    op.create_table("published", *PUBLISHED, sqlite_autoincrement=True)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
