"""The tables. What is counted follows from `stories`, but for `reminders` and `moves`; `leaves` and `days` are the ledger.

The rows of an opinion hold from `known_from` on. What held before is beside them in `…_past`, the same row for each edition of the
opinion that has ended, from `known_from` until `known_until`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa

from services.runtime.store.database import Instant

#: A query of any columns, a row of it, and any column.
AnySelect: TypeAlias = "sa.Select[*tuple[Any, ...]]"
AnyRow: TypeAlias = "sa.Row[*tuple[Any, ...]]"
AnyColumn: TypeAlias = "sa.ColumnElement[Any]"
tables = sa.MetaData()


def _described() -> tuple[sa.Column[object], ...]:
    return (
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
        sa.Column("submitted_at", Instant),
    )


stories = sa.Table(
    "stories",
    tables,
    sa.Column("opinion", sa.String(64), primary_key=True),
    sa.Column("facts", sa.LargeBinary, nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    sa.Column("known_from", Instant),
    # What it adds to the sums. Where that is not known, the worker derives and counts the opinion again.
    sa.Column("counted", sa.LargeBinary),
)
cases = sa.Table(
    "cases",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("department", sa.String(40)),
    *_described(),
    sa.Column("recorded_at", Instant),
    sa.Column("reviewed_at", Instant),
    sa.Column("decision", sa.String(20)),
    sa.Column("returned_at", Instant),
    sa.Column("detailed_at", Instant),
    sa.Column("merged_at", Instant),
    sa.Column("withdrawn_at", Instant),
    sa.Column("taken_at", Instant),
    sa.Column("fed_back_at", Instant),
    sa.Column("known_from", Instant, nullable=False),
)
rounds = sa.Table(
    "rounds",
    tables,
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    *_described(),
    sa.Column("created_topic", sa.String(60)),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("opened_on", sa.Date, nullable=False),
    sa.Column("cause", sa.String(20)),
    sa.Column("superseded_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("released_at", Instant),
    sa.Column("signed_at", Instant),
    sa.Column("signed_in_time", sa.Boolean),
    sa.Column("contacted_at", Instant),
    sa.Column("contacted_in_time", sa.Boolean),
    sa.Column("objected_at", Instant),
    sa.Column("denied_at", Instant),
    sa.Column("upheld_at", Instant),
    # The deadline in force by now, if there is one. All that there were are in `deadlines`.
    sa.Column("reply_by", Instant),
    sa.Column("replied_at", Instant),
    sa.Column("replied_in_time", sa.Boolean),
    sa.Column("reply_days", sa.Integer),
    sa.Column("reply_seconds", sa.Float),
    sa.Column("reply_bucket", sa.Integer),
    sa.Column("advised_at", Instant),
    sa.Column("advised_in_time", sa.Boolean),
    sa.Column("evaluated_at", Instant),
    sa.Column("concluded_at", Instant),
    sa.Column("concluded_in_time", sa.Boolean),
    sa.Column("outcome", sa.String(20)),
    sa.Column("rated", sa.Boolean),
    sa.Column("known_from", Instant, nullable=False),
    sa.PrimaryKeyConstraint("assignment", "round"),
)
deadlines = sa.Table(
    "deadlines",
    tables,
    sa.Column("assignment", sa.String(64), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("set_by", sa.String(20), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("lifted_at", Instant),
    sa.Column("due", Instant, nullable=False),
    sa.Column("known_from", Instant, nullable=False),
)
marks = sa.Table(
    "marks",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("key", sa.Boolean, nullable=False),
    sa.Column("led", sa.Boolean, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant),
    sa.Column("known_from", Instant, nullable=False),
)
ratings = sa.Table(
    "ratings",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("assignment", sa.String(64), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("result", sa.String(20), nullable=False),
    sa.Column("process", sa.String(20)),
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("standing_result", sa.String(20), nullable=False),
    sa.Column("standing_process", sa.String(20)),
    sa.Column("replaced_at", Instant),
    sa.Column("is_first", sa.Boolean, nullable=False),
    sa.Column("known_from", Instant, nullable=False),
)
reminders = sa.Table(
    "reminders",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("rung", sa.String(60), nullable=False),
    sa.Column("sent_at", Instant, nullable=False),
)
promises = sa.Table(
    "promises",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("kept_at", Instant),
    sa.Column("kept_in_time", sa.Boolean),
    sa.Column("broken_at", Instant),
    sa.Column("known_from", Instant, nullable=False),
)
duties = sa.Table(
    "duties",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("of", sa.String(20), nullable=False),
    sa.Column("set_at", Instant, nullable=False),
    sa.Column("due", Instant, nullable=False),
    sa.Column("lifted_at", Instant),
    sa.Column("done_at", Instant),
    sa.Column("done_in_time", sa.Boolean),
    sa.Column("known_from", Instant, nullable=False),
)
moves = sa.Table(
    "moves",
    tables,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("department", sa.String(40)),
    sa.Column("move", sa.String(20), nullable=False),
    sa.Column("held", sa.Boolean),
    sa.Column("at", Instant, nullable=False),
)
#: One row: up to when what was recorded has been asked for or given an instant. Whatever is recorded next gets a later one.
horizon = sa.Table(
    "horizon",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Instant, nullable=False),
)


def _past(table: sa.Table) -> sa.Table:
    keys = {column.name for column in table.primary_key}
    same = (
        sa.Column(column.name, column.type, primary_key=column.name in keys, autoincrement=False, nullable=column.nullable)
        for column in table.c
    )
    return sa.Table(
        f"{table.name}_past",
        tables,
        *same,
        sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("known_until", Instant, nullable=False),
        sa.Index(f"{table.name}_past_until", "known_until"),
    )


#: What is derived from stories, and where it goes when another edition takes its place.
PAST: Mapping[sa.Table, sa.Table] = {table: _past(table) for table in (cases, rounds, deadlines, marks, ratings, promises, duties)}

#: Fixed once written. `number` counts all leaves from 0; one writer gives the numbers, so there are no gaps.
leaves = sa.Table(
    "leaves",
    tables,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("id", sa.String(64), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("leaves_id", "id", unique=True),
    sa.Index("leaves_opinion", "opinion", "number"),
)
#: What stands for an opinion. Apart from the leaves, because hashes lie anywhere in an index and ids grow: so an opinion, and
#: not each of its events, costs a page somewhere.
subjects = sa.Table(
    "subjects",
    tables,
    sa.Column("subject", sa.LargeBinary(32), primary_key=True),
    sa.Column("opinion", sa.String(64), nullable=False),
)
#: `peaks` and `tip`, the hash of the last leaf, are all that is needed to go on; `root` and `hash` come when a day is closed.
days = sa.Table(
    "days",
    tables,
    sa.Column("day", sa.String(10), primary_key=True),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
    sa.Column("tip", sa.LargeBinary(32), nullable=False),
    sa.Column("previous", sa.LargeBinary(32), nullable=False),
    sa.Column("root", sa.LargeBinary(32)),
    sa.Column("hash", sa.LargeBinary(32)),
)
#: The heads that were signed, and published. `peaks` is all of the tree that the next one needs.
heads = sa.Table(
    "heads",
    tables,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary(32), nullable=False),
    sa.Column("peaks", sa.LargeBinary, nullable=False),
    sa.Column("time", Instant, nullable=False),
    sa.Column("key", sa.String(16), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
    sa.Index("heads_size", "size"),
)

UNCOUNTED = sa.text("counted IS NULL")


def _index(name: str, table: sa.Table, columns: str, where: sa.TextClause | None = None) -> None:
    sa.Index(name, *(table.c[column] for column in columns.split()), sqlite_where=where, postgresql_where=where)


_index("reminders_opinion", reminders, "opinion")
_index("moves_opinion", moves, "opinion")
_index("stories_uncounted", stories, "opinion", UNCOUNTED)
