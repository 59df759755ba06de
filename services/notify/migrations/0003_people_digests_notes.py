"""Whose letter it is, letters that are gathered, and letters to submitters."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add two columns and one table."""
    op.add_column("letters", sa.Column("person", sa.String(60)))
    op.add_column("letters", sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "notes",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("message", sa.String(64), nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("contact", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("body", sa.Text),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("begun", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("message", "way", name="notes_once"),
    )
    op.create_index("notes_opinion", "notes", ["opinion", "id"])
    for name, columns, state in (("pending", ["way", "next_at"], "pending"), ("sending", ["begun"], "sending")):
        where = sa.text(f"state = '{state}'")
        op.create_index(f"notes_{name}", "notes", columns, sqlite_where=where, postgresql_where=where)
