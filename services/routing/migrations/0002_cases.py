"""One counter for each opinion of what routing says of it, in place of one for each assignment."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table, count on from where each opinion is, and drop the old counters."""
    op.create_table(
        "cases",
        sa.Column("opinion", sa.String(36), primary_key=True),
        sa.Column("said", sa.Integer, nullable=False),
    )
    op.execute("INSERT INTO cases (opinion, said) SELECT opinion, MAX(said) FROM assignments GROUP BY opinion")
    op.drop_column("assignments", "said")
