"""Remembered answers name what they are about, and are found by their age."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One column, two indexes."""
    op.add_column("idempotency", sa.Column("subject", sa.String(64)))
    op.create_index("idempotency_created", "idempotency", ["created"])
    op.create_index("idempotency_subject", "idempotency", ["subject"])
