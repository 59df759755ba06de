"""Indexes of what few opinions have, without the others."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

INDEXES = {"level": ("level", "id"), "outcome": ("outcome", "id"), "merged_into": ("merged_into",)}


def upgrade() -> None:
    """Make the indexes anew."""
    for name, columns in INDEXES.items():
        rows = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"opinions_{name}", "opinions")
        op.create_index(f"opinions_{name}", "opinions", list(columns), sqlite_where=rows, postgresql_where=rows)
