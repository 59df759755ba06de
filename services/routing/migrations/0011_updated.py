"""When an assignment changed last, for those who follow the list, and since when there is each."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """What is there changed last with the last thing that is known of it."""
    op.add_column("assignments", sa.Column("updated", sa.BigInteger, nullable=False, server_default="0"))
    op.execute("UPDATE assignments SET updated = coalesce(concluded, replied, signed, created)")
    op.create_index("assignments_updated", "assignments", ["updated", "id"])
    op.create_index("assignments_created", "assignments", ["created"])
