"""Deadlines, what ended them, reminders, letters and their channels."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the five tables."""
    make_deadlines()
    make_endings()
    make_reminders()
    make_letters()
    make_channels()


def make_deadlines() -> None:
    op.create_table(
        "deadlines",
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("difficulty", sa.String(60)),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("next_rung", sa.String(60)),
        sa.Column("next_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("assignment", "kind", "version"),
    )
    make_partial_index("deadlines_due", "deadlines", ["next_at"], "open")
    make_partial_index("deadlines_opinion", "deadlines", ["opinion"], "open")
    make_partial_index("deadlines_open", "deadlines", ["department", "assignment"], "open")


def make_endings() -> None:
    op.create_table(
        "endings",
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("assignment", "kind", "sequence"),
    )


def make_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("assignment", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rung", sa.String(60), nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("card", sa.String(10)),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("planned", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("message", sa.String(36)),
        sa.Column("sequence", sa.Integer),
        sa.UniqueConstraint("assignment", "kind", "version", "rung", name="reminders_once"),
        sa.UniqueConstraint("opinion", "sequence", name="reminders_in_order"),
    )
    op.create_index("reminders_department", "reminders", ["department", "id"])


def make_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reminder", sa.String(36), sa.ForeignKey("reminders.id"), nullable=False),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("recipient", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("begun", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("reason", sa.Text),
    )
    op.create_index("letters_reminder", "letters", ["reminder"])
    make_partial_index("letters_pending", "letters", ["channel", "next_at"], "pending")
    make_partial_index("letters_sending", "letters", ["begun"], "sending")


def make_channels() -> None:
    op.create_table(
        "channels",
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("rests_until", sa.BigInteger),
        sa.Column("reason", sa.Text),
    )


def make_partial_index(name: str, table: str, columns: list[str], state: str) -> None:
    where = sa.text(f"state = '{state}'")
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
