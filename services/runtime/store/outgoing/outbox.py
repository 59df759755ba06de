"""The outbox: messages wait in the store they were decided in, until the broker has confirmed them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.runtime.store.statements.bulk import among, fetch, insert_into, run, run_many

tables = sa.MetaData()
#: One row for each place a message goes to; `subject` is the lane in which rows keep their order.
#: `due` is 0 for a fresh message, else the second (epoch) from which it may be sent: one that was refused, or one that its own
#: process is sending from memory. An id is never used twice, because several processes send and remove.
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
    sa.Index("outbox_lane", "subject", "id"),
    sqlite_autoincrement=True,
)
RESTS = sa.text("due > 0")
#: When what is behind a message on its way may be tried again: as soon as that is gone.
ON_ITS_WAY: sa.ColumnElement[float] = sa.literal_column("1.0")
LONGEST_REST_SECONDS = 30.0
WAITS = "waits behind an earlier message"


class Pending(NamedTuple):
    """One row of the outbox: a body and the (exchange, routing key) pairs it still has to reach. An id of 0 is not known yet."""

    message_id: str
    subject: str
    destinations: tuple[tuple[str, str], ...]
    body: bytes
    type: str = ""
    correlation_id: str = ""
    id: int = 0
    attempts: int = 0
    due: float = 0.0


@dataclass(frozen=True, slots=True)
class RefusedMessage:
    """A message the broker did not take for the destinations `left`; it is tried again at `due` (seconds since 1970)."""

    row: Pending
    left: tuple[tuple[str, str], ...]
    reason: str
    due: float


def insert(connection: Connection, fresh: Sequence[Pending], now: datetime) -> None:
    """Store messages; those with an id of 0 are numbered by the store."""
    numbered = [{"id": each.id, **_row(each, now)} for each in fresh if each.id]
    for rows in (numbered, [_row(each, now) for each in fresh if not each.id]):
        if rows:
            run_many(connection, insert_into(outbox_table), rows)


def _row(message: Pending, now: datetime) -> dict[str, object]:
    return {
        "message_id": message.message_id, "subject": message.subject, "destinations": orjson.dumps(message.destinations).decode(),
        "body": message.body, "created": now.timestamp(), "due": message.due, "attempts": 0, "type": message.type or None,
        "correlation_id": message.correlation_id or None,
    }  # fmt: skip


def allot(connection: Connection, count: int) -> Sequence[int]:
    """Ids for rows that are inserted in this transaction, ascending; nobody else gets them."""
    if connection.dialect.name == "sqlite":
        # Nobody else writes meanwhile, and the insert moves the counter.
        last = max((number for (number,) in fetch(connection, _LAST)), default=0)
        return range(last + 1, last + 1 + count)
    return [number for (number,) in fetch(connection, _NEXT, {"count": count})]


def lanes_of(connection: Connection, subjects: Collection[str]) -> list[tuple[int, str]]:
    """The id and the lane of each row in one of these lanes."""
    return fetch(connection, _IN_LANES, {"subjects": subjects})


def pending(connection: Connection, now: datetime, limit: int) -> list[Pending]:
    """What can be sent: the first of each lane where its time has come, and up to `limit` fresh ones in the order of storing.

    Second tries take at most a quarter of the limit, so that a place out of reach does not slow the others.
    """
    seconds = now.timestamp()
    # A time further away than any rest was written by a clock that was wrong.
    times = {"now": seconds, "never": seconds + 2 * LONGEST_REST_SECONDS}
    again = fetch(connection, _AGAIN, {**times, "most": max(1, limit // 4)})
    fresh = fetch(connection, _FRESH, {"most": limit})
    return [
        Pending(message_id, subject, _places(destinations), body, kind or "", correlation_id or "", id_, attempts, due)
        for id_, message_id, subject, destinations, body, attempts, due, kind, correlation_id in (*again, *fresh)
    ]


def held(connection: Connection, subjects: Collection[str]) -> dict[str, float]:
    """Those of `subjects` in which a message rests, with the second from which later ones may be tried again.

    One that is being sent from memory is gone in a moment, or it was left behind; the later one then waits behind it.
    """
    ((resting,),) = fetch(connection, _ANY_RESTS)
    return dict(fetch(connection, _RESTING, {"subjects": subjects})) if resting else {}


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


def hand_back(connection: Connection, ids: Sequence[int]) -> None:
    """Let the relay send at once what was to be sent from memory."""
    if ids:
        run(connection, _HAND_BACK, {"ids": ids})


def touch(connection: Connection, row_id: int) -> None:
    """Write a row as it is, to see that the store takes writes."""
    connection.execute(outbox_table.update().where(outbox_table.c.id == row_id).values(attempts=outbox_table.c.attempts))


_SELECT = sa.select(
    outbox_table.c.id, outbox_table.c.message_id, outbox_table.c.subject, outbox_table.c.destinations, outbox_table.c.body,
    outbox_table.c.attempts, outbox_table.c.due, outbox_table.c.type, outbox_table.c.correlation_id,
)  # fmt: skip
_MOST: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
_DUE = sa.or_(outbox_table.c.due <= sa.bindparam("now"), outbox_table.c.due > sa.bindparam("never"))
_EARLIER = outbox_table.alias("earlier")
_FOLLOWS = sa.exists().where(_EARLIER.c.subject == outbox_table.c.subject, _EARLIER.c.id < outbox_table.c.id)
_AGAIN = _SELECT.where(RESTS, _DUE, ~_FOLLOWS).order_by(outbox_table.c.due, outbox_table.c.id).limit(_MOST)
_FRESH = _SELECT.where(sa.text("due = 0")).order_by(outbox_table.c.id).limit(_MOST)
_REMOVE = outbox_table.delete().where(among(outbox_table.c.id, "ids"))
_ANY_RESTS = sa.select(sa.exists().where(RESTS).select_from(outbox_table))
_RESTING = (
    sa.select(
        outbox_table.c.subject, sa.func.max(sa.case((outbox_table.c.last_error.is_(None), ON_ITS_WAY), else_=outbox_table.c.due))
    )
    .where(RESTS, among(outbox_table.c.subject, "subjects"))
    .group_by(outbox_table.c.subject)
)
_POSTPONE = (
    outbox_table.update()
    .where(outbox_table.c.id == sa.bindparam("of"))
    .values(destinations=sa.bindparam("to"), due=sa.bindparam("at"), attempts=sa.bindparam("tries"), last_error=sa.bindparam("why"))
)
_POSTPONE_LATER = (
    outbox_table.update()
    .where(RESTS, outbox_table.c.subject == sa.bindparam("about"), outbox_table.c.id > sa.bindparam("of"))
    .values(due=sa.bindparam("at"))
)
_HAND_BACK = outbox_table.update().where(among(outbox_table.c.id, "ids"), outbox_table.c.last_error.is_(None)).values(due=0.0)
_IN_LANES = sa.select(outbox_table.c.id, outbox_table.c.subject).where(among(outbox_table.c.subject, "subjects"))
_COUNTERS = sa.table("sqlite_sequence", sa.column("name", sa.Text), sa.column("seq", sa.Integer))
_LAST = sa.select(_COUNTERS.c.seq).where(_COUNTERS.c.name == "outbox")
_NEXT = sa.select(sa.func.nextval("outbox_id_seq")).select_from(
    sa.func.generate_series(1, sa.bindparam("count", type_=sa.Integer)).alias("each")
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
