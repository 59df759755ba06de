"""Access tokens, sessions and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

AUDIT = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("request", sa.String(128), nullable=False),
    sa.Column("service", sa.String(16), nullable=False),
    sa.Column("token", sa.String(36), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("method", sa.String(8), nullable=False),
    sa.Column("route", sa.String(200), nullable=False),
    sa.Column("subject", sa.String(200)),
    sa.Column("status", sa.Integer),
)
SESSIONS = (
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("token", sa.String(36), nullable=False),
    sa.Column("opened", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.BigInteger),
)
TOKENS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("revoked", sa.BigInteger),
    sa.Column("expires", sa.BigInteger),
    sa.Column("used", sa.BigInteger),
    sa.Column("channels", sa.JSON(none_as_null=True)),
    sa.Column("source", sa.String(40)),
)
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("audit_subject", "audit", ["subject", "id"], False, None),
    ("audit_token", "audit", ["token", "id"], False, None),
    ("sessions_until", "sessions", ["until"], False, None),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("audit", *AUDIT)
    op.create_table("sessions", *SESSIONS)
    op.create_table("tokens", *TOKENS)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
