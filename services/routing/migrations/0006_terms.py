"""The terms of a case are kept with it, so that they do not depend on what the catalogue becomes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the durations; what was given before goes by the catalogue, or by its fallback."""
    op.add_column("assignments", sa.Column("terms", sa.JSON))
