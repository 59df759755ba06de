"""A column for sealed personal data; a worker moves there what stands in the clear."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the column to both tables that say anything of persons."""
    for table in ("opinions", "signers"):
        op.add_column(table, sa.Column("personal", sa.Text))
