"""Opinions, their receipts and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ATTACHMENTS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("type", sa.String(20), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
BANDS = (
    sa.Column("band", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
)
CLUES = (
    sa.Column("term", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
)
INCIDENTS = (
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("standing", sa.String(12), nullable=False),
    sa.Column("found", sa.BigInteger, nullable=False),
)
HANDLERS = (
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("assignment", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(12), nullable=False),
    sa.Column("ended", sa.Boolean, nullable=False),
)
OPINIONS = (
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), nullable=False, unique=True),
    sa.Column("external_id", sa.String(200)),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("code_kind", sa.String(12)),
    sa.Column("campaign", sa.String(60)),
    sa.Column("deputy", sa.String(120)),
    sa.Column("submitter", sa.JSON),
    sa.Column("relay", sa.JSON),
    sa.Column("visibility", sa.String(12), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("submitted", sa.BigInteger, nullable=False),
    sa.Column("told", sa.String(40)),
    sa.Column("merged_into", sa.String(36)),
    sa.Column("department", sa.String(40)),
    sa.Column("assignment", sa.String(36)),
    sa.Column("outcome", sa.String(12)),
    sa.Column("reply", sa.Text),
    sa.Column("evaluate_by", sa.BigInteger),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("published_sequence", sa.Integer, nullable=False),
    sa.Column("handled_sequence", sa.Integer, nullable=False),
    sa.Column("answered_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("waiting_since", sa.BigInteger),
    sa.Column("level", sa.String(12)),
    sa.Column("difficulty", sa.String(60)),
    sa.Column("chosen", sa.String(40)),
    sa.Column("co_handlers", sa.JSON),
    sa.Column("handling", sa.String(12)),
    sa.Column("key", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("leader", sa.Text),
    sa.Column("items", sa.JSON),
    sa.Column("co_opinions", sa.JSON),
    sa.Column("asked_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("marked_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("raised_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("personal", sa.Text),
    sa.Column("window_sequence", sa.Integer, nullable=False, server_default="0"),
    sa.Column("source", sa.String(40)),
    sa.Column("given", sa.JSON(none_as_null=True)),
    sa.Column("publication", sa.String(12)),
    sa.Column("decided_answer", sa.Integer, nullable=False, server_default="0"),
    sa.Column("published", sa.BigInteger),
    sa.Column("deputy_code", sa.String(40)),
    sa.Column("supporters", sa.Integer, nullable=False, server_default="0"),
    sa.Column("session", sa.String(36)),
    sa.Column("updated", sa.BigInteger, nullable=False, server_default="0"),
)
PUBLICATIONS = (
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("released", sa.BigInteger, nullable=False),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
)
PUBLIC_PARTS = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("entry", sa.BigInteger, primary_key=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("outcome", sa.String(12)),
    sa.Column("due", sa.String(40)),
    sa.Column("at", sa.BigInteger, nullable=False),
)
PUBLIC_COUNTS = (
    sa.Column("let_in", sa.Integer, nullable=False),
    sa.Column("public", sa.Integer, nullable=False),
    sa.Column("undecided", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
)
#: Indexes of words, by the kind of store.
WORD_INDEXES = {
    "sqlite": ("CREATE VIRTUAL TABLE {name} USING fts5(words, content='', detail=none, tokenize='ascii')",),
    "postgresql": (
        "CREATE TABLE {name} (number BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        "CREATE INDEX {name}_words ON {name} USING gin (words)",
    ),
}
RATINGS = (
    sa.Column("case", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("asked_sequence", sa.Integer, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("process", sa.String(20)),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("comment", sa.Text),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("revision", sa.Boolean, nullable=False),
)
SIGNERS = (
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("name", sa.String(100)),
    sa.Column("phone", sa.String(30)),
    sa.Column("email", sa.String(320)),
    sa.Column("personal", sa.Text),
)
TIMELINE = (
    sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("by", sa.String(60), nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("audience", sa.String(14)),
)
MARKS = (
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("sent", sa.BigInteger),
)
MESSAGES = (
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
SUPPORTERS = (
    sa.Column("receipt", sa.String(14), primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("origin", sa.String(36), nullable=False),
    sa.Column("who", sa.String(64), nullable=False),
    sa.Column("browser", sa.String(64)),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("personal", sa.Text),
)
UNDECIDED = (
    "visibility = 'public' AND (publication IS NULL OR answered_sequence > decided_answer) "
    "AND state NOT IN ('submitted', 'returned', 'declined', 'merged', 'withdrawn')"
)
IS_PUBLIC = "published IS NOT NULL"
WORDS = (
    sa.Column("scope", sa.String(80), primary_key=True),
    sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("word", sa.String(12), primary_key=True),
    sa.Column("opinions", sa.Integer, nullable=False),
    sa.Column("titled", sa.Integer, nullable=False),
)
WORDINGS = (
    sa.Column("number", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("unread", sa.SmallInteger),
    sa.Column("alike", sa.BigInteger),
    sa.Column("bands", sa.LargeBinary),
    sa.Column("terms", sa.LargeBinary),
    sa.Column("incident", sa.BigInteger),
    sa.Column("counted", sa.Text),
    sa.Column("indexed", sa.Boolean, nullable=False, server_default=sa.false()),
)
IS_KEY = sa.column("key", sa.Boolean) == sa.true()
#: Name, table, columns, unique, and the rows that it is for where not for all.
INDEXES = (
    ("ix_attachments_opinion", "attachments", ["opinion"], False, None),
    ("handlers_department", "handlers", ["department", "opinion"], False, None),
    ("handlers_opinion", "handlers", ["opinion", "assignment"], False, None),
    ("ix_marks_opinion", "marks", ["opinion"], False, None),
    ("opinions_deputy", "opinions", ["deputy_code", "id"], False, "deputy_code IS NOT NULL"),
    ("opinions_department", "opinions", ["department", "id"], False, None),
    *(
        (f"opinions_{name}", "opinions", [name, "id"], False, None)
        for name in ("topic", "area", "station", "channel", "level", "outcome")
    ),
    ("opinions_external_id", "opinions", ["external_id", "source"], True, None),
    ("opinions_merged_into", "opinions", ["merged_into"], False, None),
    (
        "opinions_open_persons",
        "opinions",
        ["id"],
        False,
        "CAST(submitter AS TEXT) != 'null' OR CAST(relay AS TEXT) != 'null' OR deputy IS NOT NULL",
    ),
    ("opinions_state", "opinions", ["state", "id"], False, None),
    ("opinions_submitted", "opinions", ["submitted"], False, None),
    ("opinions_updated", "opinions", ["updated", "id"], False, None),
    ("opinions_undecided", "opinions", ["id"], False, UNDECIDED),
    ("opinions_public", "opinions", ["published"], False, IS_PUBLIC),
    *(
        (f"opinions_public_{name}", "opinions", [name, "published"], False, IS_PUBLIC)
        for name in ("topic", "area", "station", "department", "state")
    ),
    ("public_parts_promises", "public_parts", ["what", "entry"], False, None),
    ("publications_released", "publications", ["released", "number"], False, None),
    ("ix_signers_opinion", "signers", ["opinion"], False, None),
    ("signers_open_persons", "signers", ["opinion"], False, "name IS NOT NULL OR phone IS NOT NULL OR email IS NOT NULL"),
    ("supporters_opinion", "supporters", ["opinion", "who"], False, None),
    ("ix_timeline_opinion", "timeline", ["opinion"], False, None),
    ("wordings_alike", "wordings", ["alike", "number"], False, None),
    ("wordings_incident", "wordings", ["incident", "number"], False, "incident IS NOT NULL"),
    ("wordings_opinion", "wordings", ["opinion"], True, None),
    ("wordings_unread", "wordings", ["number"], False, "unread IS NOT NULL"),
)


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table("attachments", *ATTACHMENTS)
    op.create_table("bands", *BANDS, sqlite_with_rowid=False)
    op.create_table("clues", *CLUES, sqlite_with_rowid=False)
    op.create_table("incidents", *INCIDENTS)
    op.create_table("handlers", *HANDLERS)
    op.create_table("marks", *MARKS)
    op.create_table("messages", *MESSAGES, sqlite_with_rowid=False)
    op.create_table("opinions", *OPINIONS)
    op.create_table("public_counts", *PUBLIC_COUNTS)
    op.create_table("public_parts", *PUBLIC_PARTS)
    op.create_table("publications", *PUBLICATIONS, sqlite_autoincrement=True)
    op.create_table("ratings", *RATINGS)
    op.create_table("signers", *SIGNERS)
    op.create_table("supporters", *SUPPORTERS)
    op.create_table("timeline", *TIMELINE)
    op.create_table("wordings", *WORDINGS)
    op.create_table("words", *WORDS, sqlite_with_rowid=False)
    for name in ("public_words", "staff_words"):
        for statement in WORD_INDEXES[op.get_bind().dialect.name]:
            op.execute(statement.format(name=name))
    for name, table, columns, unique, where in INDEXES:
        rows = sa.text(where) if where else None
        op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
    op.create_index("opinions_key", "opinions", ["id"], sqlite_where=IS_KEY, postgresql_where=IS_KEY)
