"""Tokens end by themselves and tell their last use; sessions of pages; who did and saw what."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Two columns, two tables."""
    op.add_column("tokens", sa.Column("expires", sa.BigInteger))
    op.add_column("tokens", sa.Column("used", sa.BigInteger))
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("opened", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger),
    )
    op.create_index("sessions_until", "sessions", ["until"])
    op.create_table(
        "audit",
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
    op.create_index("audit_token", "audit", ["token", "id"])
    op.create_index("audit_subject", "audit", ["subject", "id"])
