"""Notices in the store: one row for each audience of an event, and how far each reader has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.notices import Notice
from services.notify.store.tables import tables
from services.runtime.store.counting import count_up_to, counted_up_to
from services.runtime.store.database import INSERTS, Instant, Transaction

#: How many are forgotten in one transaction.
A_PRUNING = 1000

notices = sa.Table(
    "notices",
    tables,
    sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("message", sa.String(64), nullable=False),
    sa.Column("audience", sa.String(80), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("opinion", sa.String(64), nullable=False),
    sa.Column("assignment", sa.String(64)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kept", Instant, nullable=False),
    sa.UniqueConstraint("message", "audience", name="notices_once"),
    sa.Index("notices_audience", "audience", "position"),
)

#: One row: the last position that was given. Who gives some holds it until the commit, so that positions become visible in their
#: order and nobody has seen further than what they were shown.
notice_positions = sa.Table(
    "notice_positions",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("last", sa.BigInteger, nullable=False),
)

#: Up to which position somebody has seen what concerns them, by who they are and what they act as.
notice_readers = sa.Table(
    "notice_readers",
    tables,
    sa.Column("reader", sa.String(128), primary_key=True),
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("updated", Instant, nullable=False),
)


def _counting(given: Any) -> Any:
    further = {"last": notice_positions.c.last + given.excluded.last}
    return given.on_conflict_do_update(index_elements=["id"], set_=further).returning(notice_positions.c.last)


_GIVE = {name: _counting(insert(notice_positions)) for name, insert in INSERTS.items()}
_KEEP = {name: insert(notices).on_conflict_do_nothing() for name, insert in INSERTS.items()}
_COLUMNS = tuple(notices.c[name] for name in Notice._fields)


def keep_notices(work: Transaction, found: Sequence[Notice]) -> None:
    """Keep notices, each once, behind all others. To be called at the end of a unit of work, which holds back others from here."""
    if not found:
        return
    store = work.connection.dialect.name
    ((last,),) = work.fetch(_GIVE[store], {"id": 1, "last": len(found)})
    numbered = enumerate(found, last - len(found) + 1)
    rows = [each._replace(position=position)._asdict() | {"kept": work.now} for position, each in numbered]
    work.run_many(_KEEP[store], rows)


def listed_notices(
    connection: Connection, audiences: Sequence[str], before: int | None, after: int | None, limit: int
) -> list[Notice]:
    """The notices of some audiences between two positions, the newest first, one more than `limit`."""
    return _newest(connection, [_of(audience, before, after) for audience in audiences], limit + 1)


def new_notices(connection: Connection, places: Mapping[str, int], limit: int) -> list[Notice]:
    """What each audience was told behind its place, the newest first, at most `limit`."""
    return _newest(connection, [_of(audience, None, place) for audience, place in places.items()], limit)


def count_notices(connection: Connection, audiences: Sequence[str], after: int, most: int) -> int:
    """How many notices some audiences have behind a position, counted no further than that."""
    return count_up_to(connection, _behind(audiences, after), most)


def seen_by(connection: Connection, reader: str) -> int:
    """Up to which position somebody has seen; 0 for who has not said so yet."""
    return int(connection.execute(_seen(reader)).scalar() or 0)


def standing_of(connection: Connection, audiences: Sequence[str], reader: str, most: int) -> tuple[int, int]:
    """How many notices are new to a reader, counted no further than that, and the last position that there is."""
    new = counted_up_to(_behind(audiences, sa.func.coalesce(_seen(reader).scalar_subquery(), 0)), most)
    last = sa.func.coalesce(sa.select(sa.func.max(notice_positions.c.last)).scalar_subquery(), 0)
    row = connection.execute(sa.select(new.scalar_subquery(), last)).one()
    return int(row[0]), int(row[1])


def see(work: Transaction, reader: str, audiences: Sequence[str], up_to: int) -> None:
    """Somebody has seen what concerns them up to a position; what comes later stays new, whatever they name."""
    newest = listed_notices(work.connection, audiences, None, None, 1)[:1]
    seen = min(up_to, newest[0].position) if newest else 0
    made = INSERTS[work.connection.dialect.name](notice_readers).values(reader=reader, seen=seen, updated=work.now)
    further = notice_readers.c.seen < made.excluded.seen
    newer = {"seen": made.excluded.seen, "updated": made.excluded.updated}
    work.execute(made.on_conflict_do_update(index_elements=["reader"], set_=newer, where=further))


def prune_notices(work: Transaction, kept: timedelta) -> int:
    """Forget some of what has been kept for longer than that, and who has seen nothing since; returns how many notices."""
    work.execute(notice_readers.delete().where(notice_readers.c.updated < work.now - kept))
    return prune(work, notices.c.position, notices.c.kept, kept)


def prune(work: Transaction, key: sa.Column[Any], at: sa.Column[Any], kept: timedelta) -> int:
    """Of the first rows of a table by its key, forget those whose `at` is longer ago than that; returns how many."""
    first = sa.select(key.label("key"), at.label("at")).order_by(key).limit(A_PRUNING).subquery()
    old = sa.select(first.c.key).where(first.c.at < work.now - kept)
    return int(work.execute(sa.delete(key.table).where(key.in_(old))).rowcount)


def _seen(reader: str) -> sa.Select[Any]:
    return sa.select(notice_readers.c.seen).where(notice_readers.c.reader == reader)


def _behind(audiences: Sequence[str], position: int | sa.ColumnElement[int]) -> sa.Select[Any]:
    return sa.select(notices.c.position).where(notices.c.audience.in_(audiences), notices.c.position > position)


def _newest(connection: Connection, queries: Sequence[sa.Select[tuple[object, ...]]], limit: int) -> list[Notice]:
    # Each audience is read alone, as far as a page: the index has the rows of one in order, and those of several would be sorted.
    parts = [query.limit(limit).subquery() for query in queries]
    rows = sa.union_all(*(sa.select(*part.c) for part in parts)).subquery()
    query = sa.select(*(rows.c[name] for name in Notice._fields)).order_by(rows.c.position.desc()).limit(limit)
    return [Notice(*row) for row in connection.execute(query)]


def _of(audience: str, before: int | None, after: int | None) -> sa.Select[tuple[object, ...]]:
    query = sa.select(*_COLUMNS).where(notices.c.audience == audience)
    if before is not None:
        query = query.where(notices.c.position < before)
    if after is not None:
        query = query.where(notices.c.position > after)
    return query.order_by(notices.c.position.desc())
