"""Promises, look-backs, and what it takes to follow a changed calendar."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and keep of each assignment when its round began and what was paused in it."""
    _widen_assignments()
    _create_promises()
    _create_lookbacks()
    _create_calendars()


def _widen_assignments() -> None:
    op.add_column("assignments", sa.Column("contacted", sa.BigInteger))
    op.add_column("assignments", sa.Column("items", sa.JSON))
    op.add_column("assignments", sa.Column("opened", sa.BigInteger))
    op.add_column("assignments", sa.Column("waited", sa.JSON))
    op.add_column("assignments", sa.Column("counted", sa.String(12)))
    # Of older cases that were reopened or went on after a pause nobody wrote down when; their deadlines stay as they are.
    op.execute(
        "UPDATE assignments SET opened = created, counted = CASE role WHEN 'co_handler' THEN 'co_opinion' ELSE 'reply' END "
        "WHERE round = 1 AND (pauses = 0 OR state = 'paused')"
    )
    still_open = sa.text("state IN ('assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened')")
    concluded = sa.text("state = 'concluded'")
    op.create_index("assignments_open", "assignments", ["id"], sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("assignments_concluded", "assignments", ["concluded"], sqlite_where=concluded, postgresql_where=concluded)


def _create_promises() -> None:
    op.create_table(
        "promises",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("assignment", sa.String(36), nullable=False, index=True),
        sa.Column("opinion", sa.String(36), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("supervision", sa.String(36)),
        sa.Column("made", sa.BigInteger, nullable=False),
        sa.Column("kept", sa.BigInteger),
        sa.Column("evidence", sa.Text),
    )
    still_open = sa.text("state = 'open'")
    op.create_index("promises_department", "promises", ["department", "id"])
    op.create_index("promises_due", "promises", ["due"], sqlite_where=still_open, postgresql_where=still_open)


def _create_lookbacks() -> None:
    op.create_table(
        "lookbacks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String(36), nullable=False),
        sa.Column("department", sa.String(40)),
        sa.Column("since", sa.BigInteger),
        sa.Column("until", sa.BigInteger),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("seed", sa.String(64)),
        sa.Column("population", sa.JSON, nullable=False),
    )
    op.create_table(
        "lookback_items",
        sa.Column("lookback", sa.String(36), primary_key=True),
        sa.Column("assignment", sa.String(36), primary_key=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("held", sa.Boolean),
        sa.Column("note", sa.Text),
        sa.Column("by", sa.String(36)),
        sa.Column("at", sa.BigInteger),
    )


def _create_calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("basis", sa.JSON, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reached", sa.String(36), nullable=False),
        sa.Column("done", sa.BigInteger),
    )
    op.create_table(
        "reschedulings",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("calendar", sa.String(36), nullable=False),
        sa.Column("assignment", sa.String(36), nullable=False, index=True),
        sa.Column("opinion", sa.String(36), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("before", sa.BigInteger, nullable=False),
        sa.Column("after", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("told", sa.BigInteger),
    )
    untold = sa.text("told IS NULL")
    op.create_index("reschedulings_department", "reschedulings", ["department", "id"])
    op.create_index("reschedulings_untold", "reschedulings", ["department", "id"], sqlite_where=untold, postgresql_where=untold)
