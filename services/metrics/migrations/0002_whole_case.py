"""Roles, promises kept and broken, several ratings a round, the key list, levels, and deadlines of every kind."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BATCH = 500
DEADLINES = """
INSERT INTO deadlines SELECT assignment, sequence, 'reply', opinion, department, 'lead', set_by, set_at, lifted_at, reply_by
FROM deadlines_before"""
# The first deadline of an assignment was set by the message that also set the one for signing.
SIGN_DEADLINES = """
INSERT INTO deadlines SELECT r.assignment, d.sequence, 'sign', r.opinion, r.department, 'lead', 'created', r.opened_at,
 coalesce(r.signed_at, r.ended_at), r.sign_by
FROM rounds r JOIN deadlines_before d ON d.assignment = r.assignment AND d.set_by = 'created'
WHERE r.round = 1 AND r.role = 'lead' AND r.sign_by IS NOT NULL"""


def upgrade() -> None:
    op.rename_table("deadlines", "deadlines_before")
    _new_tables()
    op.execute(DEADLINES)
    op.execute(SIGN_DEADLINES)
    op.drop_table("deadlines_before")
    _keep_ratings(op.get_bind())
    _columns()
    _indexes()


def _new_tables() -> None:
    op.create_table(
        "deadlines",
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
    )
    op.create_table(
        "marks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("key", sa.Boolean, nullable=False),
        sa.Column("led", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
    )
    op.create_table(
        "ratings",
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
    )
    op.create_table(
        "moves",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("opinion", sa.String(64), nullable=False),
        sa.Column("department", sa.String(40), nullable=False),
        sa.Column("move", sa.String(20), nullable=False),
        sa.Column("held", sa.Boolean),
        sa.Column("at", sa.BigInteger, nullable=False),
    )


def _keep_ratings(connection: sa.Connection) -> None:
    """The ratings that were given, from the stories: there was one for each round, standing until the next."""
    table = sa.table("ratings", *map(sa.column, (
        "id", "assignment", "round", "opinion", "department", "result", "process", "given_at", "standing_result",
        "standing_process", "replaced_at",
    )))  # fmt: skip
    after = ""
    query = sa.text("SELECT opinion, facts FROM stories WHERE opinion > :after ORDER BY opinion LIMIT :most")
    while stories := connection.execute(query, {"after": after, "most": BATCH}).all():
        rows = [row for opinion, facts in stories for row in _ratings(opinion, json.loads(bytes(facts)))]
        if rows:
            connection.execute(table.insert(), rows)
        after = stories[-1].opinion


def _ratings(opinion: str, facts: list[Any]) -> Iterator[dict[str, Any]]:
    departments = {data["assignment"]: data["department"] for _, kind, _, _, data in facts if kind == "assignment.created"}
    given = sorted(
        (_microseconds(at), sequence, name, data) for name, kind, at, sequence, data in facts if kind == "opinion.evaluated"
    )
    for assignment, department in departments.items():
        own = [rating for rating in given if rating[3]["assignment"] == assignment]
        for number, (at, _, name, data) in enumerate(own, 1):
            yield {
                "id": name, "assignment": assignment, "round": number, "opinion": opinion, "department": department,
                "result": data["result"], "process": data.get("process"), "given_at": at, "standing_result": data["result"],
                "standing_process": data.get("process"), "replaced_at": own[number][0] if number < len(own) else None,
            }  # fmt: skip


def _microseconds(text: str) -> int:
    return (datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _columns() -> None:
    op.add_column("cases", sa.Column("level", sa.String(20)))
    for name, kind in (
        ("level", sa.String(20)), ("cause", sa.String(20)), ("released_at", sa.BigInteger), ("contacted_at", sa.BigInteger),
        ("contacted_in_time", sa.Boolean), ("advised_at", sa.BigInteger), ("advised_in_time", sa.Boolean),
    ):  # fmt: skip
        op.add_column("rounds", sa.Column(name, kind))
    op.drop_index("rounds_evaluated", "rounds")
    for name in ("sign_by", "reevaluated_at", "result", "process"):
        op.drop_column("rounds", name)
    # Until now there was one cause.
    op.execute("UPDATE rounds SET cause = 'dissatisfied' WHERE round > 1")
    op.add_column("promises", sa.Column("kept_at", sa.BigInteger))
    op.add_column("promises", sa.Column("kept_in_time", sa.Boolean))
    op.add_column("promises", sa.Column("broken_at", sa.BigInteger))


def _index(name: str, table: str, columns: str, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns.split(), sqlite_where=condition, postgresql_where=condition)


def _indexes() -> None:
    op.drop_index("rounds_concluded", "rounds")
    _index("rounds_concluded", "rounds", "department outcome concluded_in_time role superseded_at", "concluded_at IS NOT NULL")
    _index("ratings_given", "ratings", "department result process")
    _index("ratings_standing", "ratings", "department standing_result standing_process", "replaced_at IS NULL")
    op.drop_index("promises_department", "promises")
    _index("promises_kept", "promises", "department kept_at broken_at")
