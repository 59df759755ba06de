"""Sessions as intake knows them: bookings, attendance, questions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

HEARD_SESSIONS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("brand", sa.Text),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("theme", sa.Text),
    sa.Column("ends", sa.BigInteger),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("published", sa.Integer, nullable=False),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("called", sa.JSON, nullable=False),
    sa.Column("remind", sa.BigInteger),
)
BOOKINGS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), nullable=False, unique=True),
    sa.Column("session", sa.String(36), nullable=False),
    sa.Column("slot", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("made", sa.BigInteger, nullable=False),
    sa.Column("remind", sa.BigInteger),
    sa.Column("updated", sa.BigInteger, nullable=False),
    sa.Column("personal", sa.Text),
)
BOOKING_MARKS = (
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("booking", sa.String(36), primary_key=True, index=True),
    sa.Column("sent", sa.BigInteger),
)
ATTENDANCES = (
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("deputy", sa.String(60), primary_key=True),
    sa.Column("by", sa.String(8), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
QUESTIONS = (
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, unique=True),
    sa.Column("summary", sa.Text),
)
#: Name, table, columns, unique, which rows.
INDEXES = (
    ("bookings_slot", "bookings", ["session", "slot"], True, "state <> 'cancelled'"),
    ("bookings_remind", "bookings", ["remind"], False, "remind IS NOT NULL"),
    ("heard_sessions_remind", "heard_sessions", ["remind"], False, "remind IS NOT NULL"),
    ("bookings_personal", "bookings", ["id"], False, "personal IS NOT NULL"),
    ("opinions_session", "opinions", ["session", "id"], False, "session IS NOT NULL"),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("heard_sessions", *HEARD_SESSIONS)
    op.create_table("bookings", *BOOKINGS)
    op.create_table("booking_marks", *BOOKING_MARKS)
    op.create_table("attendances", *ATTENDANCES, sqlite_with_rowid=False)
    op.create_table("questions", *QUESTIONS, sqlite_with_rowid=False)
    for name, table, columns, unique, which in INDEXES:
        where = sa.text(which)
        op.create_index(name, table, columns, unique=unique, sqlite_where=where, postgresql_where=where)
