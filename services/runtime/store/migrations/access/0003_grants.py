"""Tokens name the channels they grant and the sender whose external ids are theirs; NULL is what their role has."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Two columns."""
    op.add_column("tokens", sa.Column("channels", sa.JSON))
    op.add_column("tokens", sa.Column("source", sa.String(40)))
