"""The index of what follows a changed calendar has replies that wait for their rating as well."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index anew, under a name of its own."""
    moving = sa.text("state IN ('assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened', 'replied')")
    op.create_index("assignments_moving", "assignments", ["id"], sqlite_where=moving, postgresql_where=moving)
    op.drop_index("assignments_open", "assignments")
