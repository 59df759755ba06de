"""The outbox: messages wait in the store they were decided in, until the broker has confirmed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

tables = sa.MetaData()
#: `due` is 0 for a fresh message, else the second (epoch) from which a refused one may be tried again.
outbox_table = sa.Table(
    "outbox",
    tables,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String(36), nullable=False),
    sa.Column("subject", sa.String(64), nullable=False),
    sa.Column("destinations", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("due", sa.Float, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text),
    sa.Index("outbox_due", "due", "id"),
)


@dataclass(frozen=True, slots=True)
class Pending:
    """One row of the outbox: a body and the (exchange, routing key) pairs it still has to reach."""

    id: int
    message_id: str
    subject: str
    destinations: tuple[tuple[str, str], ...]
    body: bytes
    attempts: int


def outbox_row(
    message_id: str, subject: str, destinations: Sequence[tuple[str, str]], body: bytes, now: datetime
) -> dict[str, Any]:
    """A fresh row."""
    return {
        "message_id": message_id, "subject": subject, "destinations": orjson.dumps(destinations).decode(), "body": body,
        "created": now.timestamp(), "due": 0.0, "attempts": 0,
    }  # fmt: skip


def pending(connection: Connection, now: datetime, limit: int) -> list[Pending]:
    """Fresh messages first, in the order they were stored, then refused ones whose time has come."""
    table = outbox_table.c
    query = (
        sa.select(table.id, table.message_id, table.subject, table.destinations, table.body, table.attempts)
        .where(table.due <= now.timestamp())
        .order_by(table.due, table.id)
        .limit(limit)
    )
    return [
        Pending(row.id, row.message_id, row.subject, tuple(map(tuple, orjson.loads(row.destinations))), row.body, row.attempts)
        for row in connection.execute(query)
    ]


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget messages that the broker has confirmed."""
    if ids:
        connection.execute(outbox_table.delete().where(outbox_table.c.id.in_(ids)))


def postpone(
    connection: Connection, row: Pending, left: Sequence[tuple[str, str]], due: datetime, attempts: int, error: str
) -> None:
    """Keep a refused message for the destinations it has not reached, to be tried again at `due`."""
    connection.execute(
        outbox_table.update()
        .where(outbox_table.c.id == row.id)
        .values(destinations=orjson.dumps(left).decode(), due=due.timestamp(), attempts=attempts, last_error=error)
    )


def hold_back(connection: Connection, subjects: Sequence[str], due: datetime) -> None:
    """Let fresh messages of `subjects` wait behind an earlier one that was refused, so that order is kept."""
    condition = outbox_table.c.subject.in_(subjects) & (outbox_table.c.due == 0.0)
    connection.execute(outbox_table.update().where(condition).values(due=due.timestamp()))


def held_subjects(connection: Connection) -> set[str]:
    """Subjects with a message that was refused."""
    query = sa.select(outbox_table.c.subject).where(outbox_table.c.due > 0.0).distinct()
    return {row.subject for row in connection.execute(query)}


def backlog(connection: Connection, now: datetime) -> tuple[int, float]:
    """How many messages wait, and how old (seconds) the oldest is."""
    count, oldest = connection.execute(sa.select(sa.func.count(), sa.func.min(outbox_table.c.created))).one()
    return int(count), max(0.0, now.timestamp() - oldest) if oldest is not None else 0.0


def back_off(attempts: int) -> timedelta:
    """How long a refused message rests: half a second, doubling, at most 30 seconds."""
    return timedelta(seconds=min(30.0, 0.5 * 2 ** min(attempts, 10)))
