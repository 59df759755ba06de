"""Sessions with people, as they are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COUNTED = (
    "sessions", "held", "regular", "irregular", "cancelled", "visitors", "observers", "deputies", "satisfied",
    "basically_satisfied", "dissatisfied",
)  # fmt: skip


def upgrade() -> None:
    """Make the table and its index."""
    op.create_table(
        "session_editions",
        sa.Column("session", sa.String(36), primary_key=True),
        sa.Column("known_from", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("known_until", sa.BigInteger),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("station", sa.String(60)),
        sa.Column("theme", sa.String(200)),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("year", sa.String(4), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in COUNTED),
    )
