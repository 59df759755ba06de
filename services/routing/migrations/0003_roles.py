"""Who else handles an opinion, whose level it is, who watches it, and replies that wait for a head."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns. What was assigned before is the lead's alone, and nobody's key case."""
    for column in (
        sa.Column("lead", sa.String(40)),
        sa.Column("level", sa.String(12)),
        sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("leader", sa.Text),
        sa.Column("raised", sa.Integer, nullable=False, server_default="0"),
        sa.Column("draft", sa.JSON),
    ):
        op.add_column("assignments", column)
