"""Assignments, rulings, promises, look-backs and commands."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ASSIGNMENTS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("difficulty", sa.String(40), nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.Column("sign_by", sa.BigInteger, nullable=False),
    sa.Column("object_by", sa.BigInteger, nullable=False),
    sa.Column("contact_by", sa.BigInteger, nullable=False),
    sa.Column("reply_by", sa.BigInteger, nullable=False),
    sa.Column("original_reply_by", sa.BigInteger, nullable=False),
    sa.Column("extensions", sa.Integer, nullable=False),
    sa.Column("asked_until", sa.BigInteger),
    sa.Column("asked_reason", sa.Text),
    sa.Column("proposed", sa.String(40)),
    sa.Column("objection", sa.Text),
    sa.Column("transfers", sa.Integer, nullable=False),
    sa.Column("paused", sa.BigInteger),
    sa.Column("paused_until", sa.BigInteger),
    sa.Column("pauses", sa.Integer, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("signed", sa.BigInteger),
    sa.Column("replied", sa.BigInteger),
    sa.Column("reply", sa.Text),
    sa.Column("outcome", sa.String(12)),
    sa.Column("on_time", sa.Boolean),
    sa.Column("promise", sa.JSON),
    sa.Column("evaluate_by", sa.BigInteger),
    sa.Column("awaited", sa.Integer),
    sa.Column("concluded", sa.BigInteger),
    sa.Column("lead", sa.String(40)),
    sa.Column("level", sa.String(12)),
    sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("leader", sa.Text),
    sa.Column("raised", sa.Integer, nullable=False, server_default="0"),
    sa.Column("draft", sa.JSON),
    sa.Column("contacted", sa.BigInteger),
    sa.Column("items", sa.JSON),
    sa.Column("opened", sa.BigInteger),
    sa.Column("waited", sa.JSON),
    sa.Column("counted", sa.String(12)),
    sa.Column("terms", sa.JSON),
    sa.Column("made", sa.JSON),
    sa.Column("learned", sa.JSON),
    sa.Column("model", sa.Integer),
    sa.Column("erased", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("updated", sa.BigInteger, nullable=False, server_default="0"),
)
CALENDARS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("basis", sa.JSON, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("reached", sa.String(36), nullable=False),
    sa.Column("done", sa.BigInteger),
)
CASES = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("last_sequence", sa.Integer, nullable=False),
    sa.Column("session", sa.String(36)),
)
COMMANDS = (
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("accepted", sa.Boolean, nullable=False),
    sa.Column("message_id", sa.String(36)),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("answered", sa.BigInteger, nullable=False),
)
DOUBTS = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("model", sa.Integer, nullable=False),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("learned", sa.JSON, nullable=False),
    sa.Column("message", sa.LargeBinary),
)
ERASED = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
JOINED = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("into", sa.String(36), primary_key=True),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("parted", sa.Boolean, nullable=False),
)
LOOKBACK_ITEMS = (
    sa.Column("lookback", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("held", sa.Boolean),
    sa.Column("note", sa.Text),
    sa.Column("by", sa.String(36)),
    sa.Column("at", sa.BigInteger),
)
LOOKBACKS = (
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
MODELS = (
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("standing", sa.String(12), nullable=False),
    sa.Column("report", sa.JSON),
    sa.Column("ruled", sa.String(36)),
    sa.Column("body", sa.LargeBinary),
)
PROMISES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), nullable=False),
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
RESCHEDULINGS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("calendar", sa.String(36), nullable=False),
    sa.Column("assignment", sa.String(36), nullable=False),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("before", sa.BigInteger, nullable=False),
    sa.Column("after", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("told", sa.BigInteger),
)
RESYNCS = (
    sa.Column("department", sa.String(40), primary_key=True),
    sa.Column("reached", sa.String(36), nullable=False),
    sa.Column("asked", sa.BigInteger, nullable=False),
)
RULINGS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("assignment", sa.String(36), nullable=False),
    sa.Column("about", sa.String(12), nullable=False),
    sa.Column("granted", sa.Boolean, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String(36), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("target", sa.String(40)),
)
ANSWER_TEMPLATES = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("title", sa.String(60), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("updated", sa.BigInteger, nullable=False),
)
SUPPORT = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("supporters", sa.Integer, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
)
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("answer_templates_department", "answer_templates", ["department", "title"], False, None),
    (
        "assignments_with_them",
        "assignments",
        ["state", "department", "reply_by", "id"],
        False,
        "state IN ('assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened')",
    ),
    (
        "assignments_watched",
        "assignments",
        ["role", "reply_by", "id"],
        False,
        "state IN ('assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened') AND (key OR leader IS NOT NULL)",
    ),
    ("assignments_concluded", "assignments", ["concluded"], False, "state = 'concluded'"),
    ("assignments_created", "assignments", ["created"], False, None),
    ("assignments_department", "assignments", ["department", "id"], False, None),
    ("assignments_evaluate_by", "assignments", ["evaluate_by"], False, "state = 'replied'"),
    ("assignments_extending", "assignments", ["department"], False, "asked_until IS NOT NULL"),
    ("assignments_model", "assignments", ["model", "state"], False, "model IS NOT NULL"),
    (
        "assignments_in_state",
        "assignments",
        ["state", "id"],
        False,
        "(state NOT IN ('advised', 'concluded', 'declined', 'merged', 'reassigned', 'released', 'withdrawn'))",
    ),
    (
        "assignments_moving",
        "assignments",
        ["id"],
        False,
        "state IN ('assigned', 'signed', 'objected', 'paused', 'drafted', 'reopened', 'replied')",
    ),
    (
        "assignments_of_department_in_state",
        "assignments",
        ["department", "state", "id"],
        False,
        "(state NOT IN ('advised', 'concluded', 'declined', 'merged', 'reassigned', 'released', 'withdrawn'))",
    ),
    ("assignments_one_lead", "assignments", ["opinion"], True, "role = 'lead' AND state != 'reassigned'"),
    ("assignments_opinion", "assignments", ["opinion"], False, None),
    ("assignments_paused_until", "assignments", ["paused_until"], False, "state = 'paused'"),
    ("assignments_unsigned", "assignments", ["department", "opened"], False, "state IN ('assigned', 'reopened')"),
    ("assignments_updated", "assignments", ["updated", "id"], False, None),
    ("ix_doubts_model", "doubts", ["model"], False, None),
    ("doubts_waiting", "doubts", ["opinion"], False, "message IS NOT NULL"),
    ("joined_into", "joined", ["into", "opinion"], False, None),
    ("ix_promises_assignment", "promises", ["assignment"], False, None),
    ("promises_department", "promises", ["department", "id"], False, None),
    ("promises_due", "promises", ["due"], False, "state = 'open'"),
    ("ix_reschedulings_assignment", "reschedulings", ["assignment"], False, None),
    ("reschedulings_department", "reschedulings", ["department", "id"], False, None),
    ("reschedulings_untold", "reschedulings", ["department", "id"], False, "told IS NULL"),
    ("ix_rulings_assignment", "rulings", ["assignment"], False, None),
    ("rulings_topic", "rulings", ["topic", "id"], False, None),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("answer_templates", *ANSWER_TEMPLATES)
    op.create_table("assignments", *ASSIGNMENTS)
    op.create_table("calendars", *CALENDARS)
    op.create_table("cases", *CASES)
    op.create_table("commands", *COMMANDS)
    op.create_table("doubts", *DOUBTS)
    op.create_table("erased", *ERASED)
    op.create_table("joined", *JOINED)
    op.create_table("lookback_items", *LOOKBACK_ITEMS)
    op.create_table("lookbacks", *LOOKBACKS)
    op.create_table("models", *MODELS)
    op.create_table("promises", *PROMISES)
    op.create_table("reschedulings", *RESCHEDULINGS)
    op.create_table("resyncs", *RESYNCS)
    op.create_table("rulings", *RULINGS)
    op.create_table("support", *SUPPORT)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
