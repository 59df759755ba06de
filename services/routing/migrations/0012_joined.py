"""What was merged into a case, so that its departments read it."""

import sqlalchemy as sa
from alembic import op

from services.runtime.store.database import Instant

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One row for each opinion that was merged into another."""
    op.create_table(
        "joined",
        sa.Column("opinion", sa.String(36), primary_key=True),
        sa.Column("into", sa.String(36), primary_key=True),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("topic", sa.String(60)),
        sa.Column("area", sa.String(60)),
        sa.Column("station", sa.String(60)),
        sa.Column("at", Instant, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("parted", sa.Boolean, nullable=False),
    )
    op.create_index("joined_into", "joined", ["into", "opinion"])
