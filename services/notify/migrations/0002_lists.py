"""What lists are made of: the cases behind questions of sessions, entries, and the lists that were published."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SESSION_CASES = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("session", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("asked", sa.BigInteger, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("station", sa.String(60)),
    sa.Column("summary", sa.Text),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(80)),
    sa.Column("assignment", sa.String(64)),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("due", sa.BigInteger),
    sa.Column("outcome", sa.String(20)),
    sa.Column("on_time", sa.Boolean),
    sa.Column("rating", sa.String(20)),
    sa.Column("said", sa.JSON(none_as_null=True), nullable=False),
    sa.Column("promises", sa.JSON(none_as_null=True), nullable=False),
)
ENTRIES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("list", sa.String(10), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("session", sa.String(36)),
    sa.Column("station", sa.String(60)),
    sa.Column("year", sa.Integer),
    sa.Column("task", sa.String(36)),
    sa.Column("owner", sa.String(100)),
    sa.Column("due", sa.BigInteger),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("ended", sa.BigInteger),
    sa.Column("by", sa.String(60)),
)
FROZEN_LISTS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("scope", sa.String(80), nullable=False),
    sa.Column("list", sa.String(10), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("by", sa.String(60)),
    sa.Column("year", sa.Integer),
    sa.Column("station", sa.String(60)),
)
INDEXES = (
    ("session_cases_session", "session_cases", ["session", "number"]),
    ("session_cases_year", "session_cases", ["year", "station", "session", "number"]),
    ("session_cases_whole", "session_cases", ["year", "session", "number"]),
    ("entries_session", "entries", ["session", "id"]),
    ("entries_year", "entries", ["year", "station", "id"]),
    ("frozen_lists_scope", "frozen_lists", ["scope", "list", "id"]),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("session_cases", *SESSION_CASES)
    op.create_table("entries", *ENTRIES)
    op.create_table("frozen_lists", *FROZEN_LISTS)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns)
    of_a_year = sa.text("year IS NOT NULL")
    columns = ["year", "station", "list", "at"]
    op.create_index("frozen_lists_year", "frozen_lists", columns, sqlite_where=of_a_year, postgresql_where=of_a_year)
