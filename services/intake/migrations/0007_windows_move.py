"""A counter of its own for the end of the evaluation, which may move without anybody being asked again."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Until now the message that asked was the one that had set it."""
    op.add_column("opinions", sa.Column("windowed", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE opinions SET windowed = asked WHERE asked > 0")
