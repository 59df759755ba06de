"""Notices, how far their readers have seen, and who is told of them in a digest."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "notices",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(64)),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("message", "audience", name="notices_once"),
    )
    op.create_index("notices_audience", "notices", ["audience", "position"])
    op.create_table(
        "notice_positions",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notice_readers",
        sa.Column("reader", sa.String(128), primary_key=True),
        sa.Column("seen", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "digests",
        sa.Column("person", sa.String(36), primary_key=True),
        sa.Column("how", sa.String(10), nullable=False),
        sa.Column("ways", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("told", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
    )
    op.create_index("digests_due", "digests", ["next_at", "person"])
