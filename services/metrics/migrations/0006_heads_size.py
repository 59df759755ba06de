"""Heads are found by their size."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_index("heads_size", "heads", ["size"])
