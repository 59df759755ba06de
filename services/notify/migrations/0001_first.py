"""Deadlines, reminders, notifications and supervisions."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

CANCELLED = (sa.Column("holder", sa.String(64), primary_key=True), sa.Column("at", sa.BigInteger, nullable=False))
CASES = (
    sa.Column("opinion", sa.String(64), primary_key=True),
    sa.Column("last_sequence", sa.Integer, nullable=False),
    sa.Column("higher", sa.Boolean, nullable=False),
    sa.Column("marked_sequence", sa.Integer, nullable=False),
    sa.Column("erased", sa.Text),
)
CHANNELS = (
    sa.Column("channel", sa.String(40), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("rests_until", sa.BigInteger),
    sa.Column("reason", sa.Text),
)
DEADLINES = (
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(80), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("start", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("next_rung", sa.String(60)),
    sa.Column("next_at", sa.BigInteger),
    sa.Column("begun", sa.BigInteger),
    sa.Column("cause", sa.String(12), nullable=False, server_default="assigned"),
    sa.Column("promise", sa.String(64)),
    sa.Column("ended", sa.BigInteger),
)
ENDINGS = (
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("ended", sa.BigInteger, nullable=False),
    sa.Column("promise", sa.String(64), nullable=False, server_default=""),
    sa.Column("how", sa.String(10), nullable=False, server_default="judged"),
)
HEADS = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.String(64), nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("signature", sa.String(128), nullable=False),
    sa.Column("received", sa.BigInteger, nullable=False),
)
SUBMITTER_NOTIFICATIONS = (
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
    sa.UniqueConstraint("message", "way", name="submitter_notifications_once"),
)
OCCASIONS = (
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("occasion", sa.String(20), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("start", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
REMINDERS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("department", sa.String(80), nullable=False),
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
    sa.Column("time", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("opinion", "sequence", name="reminders_in_order"),
    sa.UniqueConstraint("assignment", "kind", "version", "rung", "time", name="reminders_once"),
)
SUPERVISIONS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("rung", sa.String(60), nullable=False),
    sa.Column("title", sa.Text),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("raised", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("meeting", sa.String(36)),
    sa.Column("result", sa.String(10)),
    sa.Column("note", sa.Text),
    sa.Column("promise", sa.Text),
    sa.Column("promise_due", sa.BigInteger),
    sa.Column("promise_who", sa.Text),
    sa.Column("resolved", sa.BigInteger),
    sa.Column("resolved_by", sa.String(36)),
    sa.Column("reason", sa.Text),
    sa.Column("raised_by", sa.String(36)),
)
STAFF_NOTIFICATIONS = (
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
    sa.Column("person", sa.String(60)),
    sa.Column("digest", sa.Boolean, nullable=False, server_default=sa.false()),
)
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("deadlines_case", "deadlines", ["opinion"], False, None),
    ("deadlines_due", "deadlines", ["next_at"], False, "state = 'open'"),
    ("deadlines_listed", "deadlines", ["assignment", "kind", "version"], False, "state = 'open'"),
    ("deadlines_open", "deadlines", ["department", "assignment"], False, "state = 'open'"),
    ("submitter_notifications_opinion", "submitter_notifications", ["opinion", "id"], False, None),
    ("submitter_notifications_pending", "submitter_notifications", ["way", "next_at"], False, "state = 'pending'"),
    ("submitter_notifications_sending", "submitter_notifications", ["begun"], False, "state = 'sending'"),
    ("occasions_due", "occasions", ["at"], False, None),
    ("reminders_department", "reminders", ["department", "id"], False, None),
    ("supervisions_department", "supervisions", ["department", "id"], False, None),
    ("supervisions_open", "supervisions", ["assignment", "kind"], True, "state <> 'resolved'"),
    ("supervisions_opinion", "supervisions", ["opinion"], False, None),
    ("supervisions_waiting", "supervisions", ["state", "department"], False, "state <> 'resolved'"),
    ("staff_notifications_pending", "staff_notifications", ["channel", "next_at"], False, "state = 'pending'"),
    ("staff_notifications_reminder", "staff_notifications", ["reminder"], False, None),
    ("staff_notifications_sending", "staff_notifications", ["begun"], False, "state = 'sending'"),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("cancelled", *CANCELLED)
    op.create_table("cases", *CASES)
    op.create_table("channels", *CHANNELS)
    op.create_table("deadlines", *DEADLINES)
    op.create_table("endings", *ENDINGS)
    op.create_table("heads", *HEADS)
    op.create_table("submitter_notifications", *SUBMITTER_NOTIFICATIONS)
    op.create_table("occasions", *OCCASIONS)
    op.create_table("reminders", *REMINDERS)
    op.create_table("supervisions", *SUPERVISIONS)
    op.create_table("staff_notifications", *STAFF_NOTIFICATIONS)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
