"""The outbox: messages wait in the store they were decided in, until the broker has confirmed them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.runtime.store.bulk import among, fetch, run, run_many

tables = sa.MetaData()
#: One row for each place a message goes to; `subject` is the lane in which rows keep their order.
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
    sa.Column("type", sa.String(64)),
    sa.Column("correlation_id", sa.String(255)),
    sa.Index("outbox_due", "due", "id"),
    sa.Index("outbox_refused", "subject", "id", postgresql_where=sa.text("due > 0"), sqlite_where=sa.text("due > 0")),
)
#: Written out, not a parameter, so that the partial index can be chosen.
REFUSED = sa.text("due > 0")
LONGEST_REST_SECONDS = 30.0
WAITS = "waits behind an earlier message"


@dataclass(frozen=True, slots=True)
class Pending:
    """One row of the outbox: a body and the (exchange, routing key) pairs it still has to reach."""

    id: int
    message_id: str
    subject: str
    destinations: tuple[tuple[str, str], ...]
    body: bytes
    attempts: int
    due: float = 0.0
    type: str = ""
    correlation_id: str = ""


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message the broker did not take for the destinations `left`; it is tried again at `due` (seconds since 1970)."""

    row: Pending
    left: tuple[tuple[str, str], ...]
    reason: str
    due: float


def outbox_row(
    message_id: str,
    subject: str,
    destinations: Sequence[tuple[str, str]],
    body: bytes,
    now: datetime,
    message_type: str | None = None,
    correlation_id: str | None = None,
) -> dict[str, object]:
    """A fresh row."""
    return {
        "message_id": message_id, "subject": subject, "destinations": orjson.dumps(destinations).decode(), "body": body,
        "created": now.timestamp(), "due": 0.0, "attempts": 0, "type": message_type, "correlation_id": correlation_id,
    }  # fmt: skip


def pending(connection: Connection, now: datetime, limit: int) -> list[Pending]:
    """What can be sent: refused messages whose time has come, and up to `limit` fresh ones, each in the order of storing.

    Second tries take at most a quarter of the limit, so that a place out of reach does not slow the others.
    """
    seconds = now.timestamp()
    # A time further away than any rest was written by a clock that was wrong.
    times = {"now": seconds, "never": seconds + 2 * LONGEST_REST_SECONDS}
    again = fetch(connection, _AGAIN, {**times, "most": max(1, limit // 4)})
    fresh = fetch(connection, _FRESH, {"most": limit})
    return [
        Pending(id_, message_id, subject, _places(destinations), body, attempts, due, kind or "", correlation_id or "")
        for id_, message_id, subject, destinations, body, attempts, due, kind, correlation_id in (*again, *fresh)
    ]


def held(connection: Connection, subjects: Collection[str]) -> dict[str, float]:
    """Those of `subjects` that have a refused message, with the second from which their messages may be tried again."""
    ((refused,),) = fetch(connection, _ANY_REFUSED)
    return dict(fetch(connection, _REFUSED, {"subjects": subjects})) if refused else {}


def remove(connection: Connection, ids: Sequence[int]) -> None:
    """Forget messages that the broker has confirmed."""
    if ids:
        run(connection, _REMOVE, {"ids": ids})


def postpone(connection: Connection, refused: Sequence[RefusedMessage]) -> None:
    """Keep refused messages for the destinations they have not reached, and all later ones of their subjects behind them."""
    if refused:
        run_many(connection, _POSTPONE, [
            {
                "of": one.row.id, "to": orjson.dumps(one.left).decode(), "at": one.due,
                "tries": one.row.attempts + 1, "why": one.reason,
            }
            for one in refused
        ])  # fmt: skip
        run_many(connection, _POSTPONE_LATER, [{"about": one.row.subject, "of": one.row.id, "at": one.due} for one in refused])


def hold_back(connection: Connection, waiting: Sequence[tuple[Pending, float]]) -> None:
    """Let messages wait until a second, because an earlier one of their subject was refused."""
    if waiting:
        run_many(connection, _HOLD_BACK, [{"of": row.id, "at": due} for row, due in waiting])


def touch(connection: Connection, row_id: int) -> None:
    """Write a row as it is, to see that the store takes writes."""
    connection.execute(outbox_table.update().where(outbox_table.c.id == row_id).values(attempts=outbox_table.c.attempts))


_SELECT = sa.select(
    outbox_table.c.id, outbox_table.c.message_id, outbox_table.c.subject, outbox_table.c.destinations, outbox_table.c.body,
    outbox_table.c.attempts, outbox_table.c.due, outbox_table.c.type, outbox_table.c.correlation_id,
)  # fmt: skip
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
_DUE = sa.or_(outbox_table.c.due <= sa.bindparam("now"), outbox_table.c.due > sa.bindparam("never"))
_AGAIN = _SELECT.where(REFUSED, _DUE).order_by(outbox_table.c.due, outbox_table.c.id).limit(_MOST)
_FRESH = _SELECT.where(sa.text("due = 0")).order_by(outbox_table.c.id).limit(_MOST)
_REMOVE = outbox_table.delete().where(among(outbox_table.c.id, "ids"))
_ANY_REFUSED = sa.select(sa.exists().where(REFUSED).select_from(outbox_table))
_REFUSED = (
    sa.select(outbox_table.c.subject, sa.func.max(outbox_table.c.due))
    .where(REFUSED, among(outbox_table.c.subject, "subjects"))
    .group_by(outbox_table.c.subject)
)
_POSTPONE = (
    outbox_table.update()
    .where(outbox_table.c.id == sa.bindparam("of"))
    .values(destinations=sa.bindparam("to"), due=sa.bindparam("at"), attempts=sa.bindparam("tries"), last_error=sa.bindparam("why"))
)
_POSTPONE_LATER = (
    outbox_table.update()
    .where(REFUSED, outbox_table.c.subject == sa.bindparam("about"), outbox_table.c.id > sa.bindparam("of"))
    .values(due=sa.bindparam("at"))
)
_HOLD_BACK = outbox_table.update().where(outbox_table.c.id == sa.bindparam("of")).values(due=sa.bindparam("at"), last_error=WAITS)


def _places(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(map(tuple, orjson.loads(text)))


def backlog(connection: Connection, now: datetime) -> tuple[int, float]:
    """How many messages wait, and how old (seconds) the oldest is."""
    # Not the least `created`, which no index has: of a million that wait, that would take a second.
    first = sa.select(outbox_table.c.created).order_by(outbox_table.c.id).limit(1).scalar_subquery()
    count, oldest = connection.execute(sa.select(sa.func.count(), first).select_from(outbox_table)).one()
    return int(count), max(0.0, now.timestamp() - oldest) if oldest is not None else 0.0


def back_off(attempts: int) -> timedelta:
    """How long a refused message rests: half a second, doubling, at most 30 seconds."""
    return timedelta(seconds=min(LONGEST_REST_SECONDS, 0.5 * 2 ** min(attempts, 10)))
