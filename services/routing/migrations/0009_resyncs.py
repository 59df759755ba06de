"""Which departments are being sent all their open work again, and how far that is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "resyncs",
        sa.Column("department", sa.String(40), primary_key=True),
        sa.Column("reached", sa.String(36), nullable=False),
        sa.Column("asked", sa.BigInteger, nullable=False),
    )
