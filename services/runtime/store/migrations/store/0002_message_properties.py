"""What a message is published with beside its body: its type, and the command that it answers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Two columns; what waits from before leaves without them."""
    op.add_column("outbox", sa.Column("type", sa.String(64)))
    op.add_column("outbox", sa.Column("correlation_id", sa.String(255)))
