"""What was known from when to when; key list and leader of a case; first ratings; cards, supervisions, summonses and criticisms."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

#: Tables that follow from the stories, with their primary keys.
DERIVED = {
    "cases": ("id",), "rounds": ("assignment", "round"), "deadlines": ("assignment", "sequence", "kind"), "marks": ("id",),
    "ratings": ("id",), "promises": ("id",),
}  # fmt: skip
SINCE_EVER = sa.text("0")
#: What rungs did before their messages were told apart: by the codes of the ladder that comes with the product.
SANCTIONS = {
    "yellow_card": ("yellow",),
    "red_card": ("red", "promise-broken"),
    "criticism": ("criticise",),
    "summons": ("summon",),
}
SUPERVISIONS = ("supervise", "criticise", "summon", "raise", "dissatisfied")
KEEP = """
INSERT INTO moves (id, opinion, department, move, held, at) SELECT '{move}/' || id, opinion, department, '{move}', NULL, sent_at
FROM reminders WHERE rung IN ({rungs})"""
#: The rungs of one case were those of one supervision.
ONCE = """ AND NOT EXISTS (SELECT 1 FROM reminders earlier WHERE earlier.opinion = reminders.opinion
 AND earlier.rung IN ({rungs}) AND earlier.id < reminders.id)"""


def upgrade() -> None:
    _columns()
    for table, keys in DERIVED.items():
        op.add_column(table, sa.Column("known_from", sa.BigInteger, nullable=False, server_default=SINCE_EVER))
        _past(table, keys)
    op.create_table(
        "horizon",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.execute("UPDATE cases SET recorded_at = submitted_at")
    op.execute("UPDATE rounds SET recorded_at = opened_at, created_topic = topic")
    _sanctions()
    _indexes()


def _columns() -> None:
    op.add_column("stories", sa.Column("edition", sa.Integer, nullable=False, server_default=sa.text("1")))
    op.add_column("stories", sa.Column("known_from", sa.BigInteger, nullable=False, server_default=SINCE_EVER))
    # Every story that is there is derived again by the worker, with all that was known of it before.
    op.add_column("stories", sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("cases", sa.Column("recorded_at", sa.BigInteger))
    op.add_column("rounds", sa.Column("created_topic", sa.String(60)))
    op.add_column("rounds", sa.Column("recorded_at", sa.BigInteger, nullable=False, server_default=SINCE_EVER))
    op.add_column("ratings", sa.Column("is_first", sa.Boolean, nullable=False, server_default=sa.false()))
    for table in ("cases", "rounds"):
        op.add_column(table, sa.Column("key_case", sa.String(3)))
        op.add_column(table, sa.Column("leader", sa.String(60)))


def _past(table: str, keys: tuple[str, ...]) -> None:
    same = sa.Table(table, sa.MetaData(), autoload_with=op.get_bind())
    op.create_table(
        f"{table}_past",
        *(
            sa.Column(column.name, column.type, primary_key=column.name in keys, autoincrement=False, nullable=column.nullable)
            for column in same.columns
        ),
        sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("known_until", sa.BigInteger, nullable=False),
    )
    op.create_index(f"{table}_past_until", f"{table}_past", ["known_until"])


def _sanctions() -> None:
    for move, codes in SANCTIONS.items():
        op.execute(KEEP.format(move=move, rungs=_quoted(codes)))
    op.execute((KEEP + ONCE).format(move="supervision", rungs=_quoted(SUPERVISIONS)))


def _quoted(codes: tuple[str, ...]) -> str:
    return ", ".join(f"'{code}'" for code in codes)


def _indexes() -> None:
    for name, table, columns in (
        ("rounds_created", "rounds", "department created_topic"),
        ("ratings_given", "ratings", "department result process is_first"),
        ("promises_kept", "promises", "department kept_in_time broken_at"),
    ):
        op.drop_index(name, table)
        where = sa.text("round = 1") if name == "rounds_created" else None
        op.create_index(name, table, columns.split(), sqlite_where=where, postgresql_where=where)
    stale = sa.text("stale")
    op.create_index("stories_stale", "stories", ["opinion"], sqlite_where=stale, postgresql_where=stale)
