"""An index of what departments have not acted on."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index: only open rows are in it."""
    unsigned = sa.text("state IN ('assigned', 'reopened')")
    op.create_index(
        "assignments_unsigned", "assignments", ["department", "opened"], sqlite_where=unsigned, postgresql_where=unsigned
    )
