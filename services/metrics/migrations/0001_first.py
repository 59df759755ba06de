"""Stories, cases, rounds, what the statistics said before, their sums, and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

CASES = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("department", sa.String(40)),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("channel", sa.String(20)),
    sa.Column("station", sa.String(60)),
    sa.Column("code_kind", sa.String(20)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("deputy", sa.String(40)),
    sa.Column("deputy_groups", sa.String(400)),
    sa.Column("session", sa.String(36)),
    sa.Column("session_kind", sa.String(60)),
    sa.Column("theme", sa.String(200)),
    sa.Column("level", sa.String(20)),
    sa.Column("key_case", sa.String(3)),
    sa.Column("leader", sa.String(60)),
    sa.Column("month", sa.String(7)),
    sa.Column("submitted_at", sa.BigInteger),
    sa.Column("recorded_at", sa.BigInteger),
    sa.Column("reviewed_at", sa.BigInteger),
    sa.Column("decision", sa.String(20)),
    sa.Column("returned_at", sa.BigInteger),
    sa.Column("detailed_at", sa.BigInteger),
    sa.Column("merged_at", sa.BigInteger),
    sa.Column("withdrawn_at", sa.BigInteger),
    sa.Column("taken_at", sa.BigInteger),
    sa.Column("fed_back_at", sa.BigInteger),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
CHANGES = (
    sa.Column("at", sa.BigInteger, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
DAYS = (
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
    sa.Column("tip", sa.LargeBinary(32), nullable=False),
    sa.Column("previous", sa.LargeBinary(32), nullable=False),
    sa.Column("root", sa.LargeBinary(32)),
    sa.Column("hash", sa.LargeBinary(32)),
)
DEADLINES = (
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("set_by", sa.String(20), nullable=False),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("lifted_at", sa.BigInteger),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
DUTIES = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("of", sa.String(20), nullable=False),
    sa.Column("set_at", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("lifted_at", sa.BigInteger),
    sa.Column("done_at", sa.BigInteger),
    sa.Column("done_in_time", sa.Boolean),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
HEADS = (
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary(32), nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
    sa.Column("time", sa.BigInteger, nullable=False),
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
)
HORIZON = (
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
LEAVES = (
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String(64), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
)
MARKS = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("key", sa.Boolean, nullable=False),
    sa.Column("led", sa.Boolean, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
MOVES = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("move", sa.String(20), nullable=False),
    sa.Column("held", sa.Boolean),
    sa.Column("at", sa.BigInteger, nullable=False),
)
PROMISES = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
    sa.Column("kept_at", sa.BigInteger),
    sa.Column("kept_in_time", sa.Boolean),
    sa.Column("broken_at", sa.BigInteger),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
RATINGS = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("process", sa.String(20)),
    sa.Column("given_at", sa.BigInteger, nullable=False),
    sa.Column("standing_result", sa.String(20), nullable=False),
    sa.Column("standing_process", sa.String(20)),
    sa.Column("replaced_at", sa.BigInteger),
    sa.Column("is_first", sa.Boolean, nullable=False),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
REMINDERS = (
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("rung", sa.String(60), nullable=False),
    sa.Column("sent_at", sa.BigInteger, nullable=False),
)
ROUNDS = (
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("channel", sa.String(20)),
    sa.Column("station", sa.String(60)),
    sa.Column("code_kind", sa.String(20)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("deputy", sa.String(40)),
    sa.Column("deputy_groups", sa.String(400)),
    sa.Column("session", sa.String(36)),
    sa.Column("session_kind", sa.String(60)),
    sa.Column("theme", sa.String(200)),
    sa.Column("level", sa.String(20)),
    sa.Column("key_case", sa.String(3)),
    sa.Column("leader", sa.String(60)),
    sa.Column("month", sa.String(7)),
    sa.Column("submitted_at", sa.BigInteger),
    sa.Column("created_topic", sa.String(60)),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("opened_on", sa.Date, nullable=False),
    sa.Column("cause", sa.String(20)),
    sa.Column("superseded_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("released_at", sa.BigInteger),
    sa.Column("signed_at", sa.BigInteger),
    sa.Column("signed_in_time", sa.Boolean),
    sa.Column("contacted_at", sa.BigInteger),
    sa.Column("contacted_in_time", sa.Boolean),
    sa.Column("objected_at", sa.BigInteger),
    sa.Column("denied_at", sa.BigInteger),
    sa.Column("upheld_at", sa.BigInteger),
    sa.Column("reply_by", sa.BigInteger),
    sa.Column("replied_at", sa.BigInteger),
    sa.Column("replied_in_time", sa.Boolean),
    sa.Column("reply_days", sa.Integer),
    sa.Column("reply_seconds", sa.Float),
    sa.Column("reply_bucket", sa.Integer),
    sa.Column("advised_at", sa.BigInteger),
    sa.Column("advised_in_time", sa.Boolean),
    sa.Column("evaluated_at", sa.BigInteger),
    sa.Column("concluded_at", sa.BigInteger),
    sa.Column("concluded_in_time", sa.Boolean),
    sa.Column("outcome", sa.String(20)),
    sa.Column("rated", sa.Boolean),
    sa.Column("known_from", sa.BigInteger, nullable=False),
)
SEGMENTS = (
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("groups", sa.Integer, nullable=False),
)
STANDING = (
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("formula", sa.String(16), nullable=False),
    sa.Column("complete", sa.Boolean, nullable=False),
    sa.Column("unfolded", sa.Integer, nullable=False),
    sa.Column("latest", sa.BigInteger),
    sa.Column("recounts", sa.Integer, nullable=False),
)
STORIES = (
    sa.Column("opinion", sa.String(64), primary_key=True),
    sa.Column("facts", sa.LargeBinary, nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("known_from", sa.BigInteger),
    sa.Column("counted", sa.LargeBinary),
)
SUBJECTS = (
    sa.Column("subject", sa.LargeBinary(32), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
)
SUMS = (
    sa.Column("cube", sa.String(40), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("key", sa.String(600), primary_key=True),
    sa.Column("segment", sa.Integer, nullable=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
SUMS_PAST = (
    sa.Column("cube", sa.String(40), primary_key=True),
    sa.Column("month", sa.String(7), primary_key=True),
    sa.Column("key", sa.String(600), primary_key=True),
    sa.Column("segment", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("figures", sa.LargeBinary, nullable=False),
)
#: Whose rows are kept when others take their place, with when that was.
PAST = {
    "cases": CASES, "rounds": ROUNDS, "deadlines": DEADLINES, "marks": MARKS, "ratings": RATINGS, "promises": PROMISES,
    "duties": DUTIES,
}  # fmt: skip
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("heads_size", "heads", ["size"], False, None),
    ("leaves_id", "leaves", ["id"], True, None),
    ("leaves_opinion", "leaves", ["opinion", "number"], False, None),
    ("moves_opinion", "moves", ["opinion"], False, None),
    ("reminders_opinion", "reminders", ["opinion"], False, None),
    ("segments_at", "segments", ["at"], False, None),
    ("stories_uncounted", "stories", ["opinion"], False, "counted IS NULL"),
)


def _make_past(name, columns):
    same = (sa.Column(c.name, c.type, primary_key=c.primary_key, autoincrement=False, nullable=c.nullable) for c in columns)
    edition = sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False)
    op.create_table(f"{name}_past", *same, edition, sa.Column("known_until", sa.BigInteger, nullable=False))
    op.create_index(f"{name}_past_until", f"{name}_past", ["known_until"])


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("cases", *CASES)
    op.create_table("changes", *CHANGES)
    op.create_table("days", *DAYS)
    op.create_table("deadlines", *DEADLINES)
    op.create_table("duties", *DUTIES)
    op.create_table("heads", *HEADS)
    op.create_table("horizon", *HORIZON)
    op.create_table("leaves", *LEAVES)
    op.create_table("marks", *MARKS)
    op.create_table("moves", *MOVES)
    op.create_table("promises", *PROMISES)
    op.create_table("ratings", *RATINGS)
    op.create_table("reminders", *REMINDERS)
    op.create_table("rounds", *ROUNDS)
    op.create_table("segments", *SEGMENTS)
    op.create_table("standing", *STANDING)
    op.create_table("stories", *STORIES)
    op.create_table("subjects", *SUBJECTS)
    op.create_table("sums", *SUMS)
    op.create_table("sums_past", *SUMS_PAST)
    for name, columns in PAST.items():
        _make_past(name, columns)
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
