"""Which of routing's messages the shown reply is from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; replies that are there already count as older than any that comes."""
    op.add_column("opinions", sa.Column("answered", sa.Integer, nullable=False, server_default="0"))
