"""What was published and is not known to be heard, what others were asked of it, and what departments may still need again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the four tables."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "published",
        sa.Column("id", number, primary_key=True, autoincrement=True),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("destinations", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("confirmed", sa.Float, nullable=False),
        sa.Column("type", sa.String(64)),
        sa.Column("correlation_id", sa.String(255)),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "listings",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("hearer", sa.String(20), nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("begun", sa.Float, nullable=False),
        sa.Column("due", sa.Float, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "addressed",
        sa.Column("id", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("queue", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("confirmed", sa.Float, nullable=False),
        sa.Column("type", sa.String(64)),
        sa.Column("correlation_id", sa.String(255)),
        sa.PrimaryKeyConstraint("message_id", "queue"),
    )
    op.create_index("addressed_queue", "addressed", ["queue", "id"])
    op.create_table("journal", sa.Column("name", sa.String(40), primary_key=True), sa.Column("value", sa.Text, nullable=False))
