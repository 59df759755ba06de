"""How much a department has added to an assignment in this round."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; what was added before is not counted."""
    op.add_column("assignments", sa.Column("made", sa.JSON))
