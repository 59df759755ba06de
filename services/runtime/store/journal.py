"""Published messages stay here until every consuming service has confirmed them; what is missing goes back to the outbox.

A row of `published` is a message that the broker has confirmed. A listing is a stretch of them that one service was asked about.
`addressed` keeps what went to an outsider's queue, where nobody can look, until the outsider has acted or it is old.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.topology import OUTSIDE, queues_consuming
from services.runtime.store.database import INSERTS
from services.runtime.store.journal_tables import addressed_table, journal_table, listings_table, published_table
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.store.statements.bulk import among, run

LISTED, NUMBER, MARK, BEHIND = "listed", "number", "mark", "behind"
#: Rows of one listing.
STRETCH = 2000
#: Messages that are published again go out before all that were not published yet, in their old order.
AHEAD = 1 << 52
#: How long (s) at most a consumer's answer is awaited, and an outsider's queue may stay without a new look.
KEEP_SECONDS, ADDRESSED_SECONDS = 48 * 3600.0, 90 * 86400.0
LONGEST_REST_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class PublishedStretch:
    """One stretch of published messages and the service that was asked about it."""

    number: int
    hearer: str
    first: int
    last: int
    tries: int


def keep(connection: Connection, ids: Sequence[int], now: float) -> None:
    """Take confirmed messages over from the outbox, where they are removed by the caller."""
    if ids:
        run(connection, _KEEP, {"ids": ids, "now": now})


def fact(connection: Connection, name: str) -> str | None:
    """One remembered fact."""
    return connection.execute(_FACT, {"of": name}).scalar()


def note(connection: Connection, name: str, value: str) -> None:
    """Remember a fact."""
    insert = INSERTS[connection.dialect.name](journal_table)
    statement = insert.on_conflict_do_update(index_elements=[journal_table.c.name], set_={"value": insert.excluded.value})
    connection.execute(statement, {"name": name, "value": value})


def raise_to(connection: Connection, name: str, number: int) -> None:
    """Remember a number, unless a higher one is remembered."""
    if number > number_of(connection, name):
        note(connection, name, str(number))


def number_of(connection: Connection, name: str) -> int:
    """A remembered number, 0 when there is none."""
    return int(fact(connection, name) or 0)


def reached(connection: Connection) -> int:
    """The number of the last message that this store knows to be published."""
    last = connection.execute(sa.select(sa.func.max(published_table.c.id))).scalar()
    return max(last or 0, number_of(connection, LISTED))


def last_number(connection: Connection) -> int:
    """The number of the last listing this store knows of."""
    last = connection.execute(sa.select(sa.func.max(listings_table.c.number))).scalar() or 0
    return max(int(last), number_of(connection, NUMBER))


def behind(connection: Connection) -> int:
    """How many messages this store lacks of those that the broker or another store knows; 0 when it lacks none."""
    told = fact(connection, BEHIND)
    return int(orjson.loads(told)["by"]) if told else 0


def accept_restored(connection: Connection) -> int:
    """Accept a restored store as it is: messages that others know and it lacks are given up. Returns how many those were."""
    lacked = behind(connection)
    connection.execute(journal_table.delete().where(journal_table.c.name == BEHIND))
    return lacked


def has_news(connection: Connection, before: float, now: float) -> bool:
    """Whether there is something to list, or a listing to ask about again."""
    fresh = sa.select(published_table.c.confirmed).where(published_table.c.id > number_of(connection, LISTED))
    oldest = connection.execute(fresh.order_by(published_table.c.id).limit(1)).scalar()
    if oldest is not None and oldest <= before:
        return True
    return bool(connection.execute(sa.select(sa.exists().where(listings_table.c.due <= now))).scalar())


def open_listings(connection: Connection, before: float, now: float) -> bool:
    """List the next messages that were confirmed before then, a listing for each service that hears any of them.

    Returns whether there may be more.
    """
    since = number_of(connection, LISTED)
    query = sa.select(published_table.c.id, published_table.c.destinations, published_table.c.confirmed)
    rows = connection.execute(query.where(published_table.c.id > since).order_by(published_table.c.id).limit(STRETCH)).all()
    # Several processes confirm: a later number may be of an earlier instant, and nothing may be skipped.
    taken = list(takewhile(lambda row: row.confirmed <= before, rows))
    if not taken:
        return False
    first, last = taken[0].id, taken[-1].id
    asked = sorted({queue.partition(".")[0] for places in {row.destinations for row in taken} for queue in queues_of(places)})
    # Beyond all that anybody has heard of, also where the store was put back and its own count with it.
    for number, hearer in enumerate(asked, last_number(connection) + 1):
        values = {"number": number, "hearer": hearer, "first": first, "last": last, "begun": now, "due": 0.0, "tries": 0}
        connection.execute(listings_table.insert().values(values))
        note(connection, NUMBER, str(number))
    note(connection, LISTED, str(last))
    if not asked:
        _let_go(connection, first, last)
    return len(taken) == STRETCH


def due_listings(connection: Connection, now: float, limit: int = 100) -> list[PublishedStretch]:
    """Listings to ask about now; those that nobody answered for too long are given up."""
    for first, last in connection.execute(_EXPIRED, {"before": now - KEEP_SECONDS}).all():
        connection.execute(listings_table.delete().where(listings_table.c.first == first))
        _let_go(connection, first, last)
    return [PublishedStretch(*row) for row in connection.execute(_DUE, {"now": now, "most": limit}).all()]


def asked(connection: Connection, listing: PublishedStretch, now: float) -> None:
    """Let a listing rest: a minute, then longer and longer."""
    rest = min(60.0 * 2 ** min(listing.tries, 8), LONGEST_REST_SECONDS)
    connection.execute(
        listings_table.update().where(listings_table.c.number == listing.number).values(due=now + rest, tries=listing.tries + 1)
    )


def ids_of(connection: Connection, listing: PublishedStretch) -> dict[str, list[str]]:
    """The ids that the service of a listing should have heard, by queue."""
    query = sa.select(published_table.c.message_id, published_table.c.destinations)
    found: dict[str, list[str]] = defaultdict(list)
    for message_id, destinations in connection.execute(query.where(_within(listing.first, listing.last))):
        for queue in queues_of(destinations):
            if queue.startswith(f"{listing.hearer}."):
                found[queue].append(message_id)
    return dict(found)


def answered(connection: Connection, number: int, missing: Collection[str], *, settled: bool) -> int:
    """Take a hearer's answer: what it misses goes back to the outbox; returns how many that were.

    A listing with `settled` is closed, and with the last of a stretch its messages are let go.
    """
    columns = listings_table.c
    row = connection.execute(sa.select(columns.first, columns.last, columns.hearer).where(columns.number == number)).first()
    if row is None:
        return 0
    again = 0
    if missing:
        which = _within(row.first, row.last) & published_table.c.message_id.in_(list(missing))
        again = _back_to_outbox(connection, which)
    if settled:
        connection.execute(listings_table.delete().where(columns.number == number))
        if not connection.execute(sa.select(sa.exists().where(columns.first == row.first))).scalar():
            _let_go(connection, row.first, row.last)
    return again


def unheard(connection: Connection, before: float) -> int:
    """How many messages were confirmed before then and are still not known to be heard."""
    query = sa.select(sa.func.count()).select_from(published_table)
    return int(connection.execute(query.where(published_table.c.confirmed < before)).scalar_one())


def publish_unheard_again(connection: Connection, before: float) -> int:
    """Put those into the outbox again; returns how many."""
    return _back_to_outbox(connection, published_table.c.confirmed < before)


def publish_all_again(connection: Connection) -> int:
    """After the broker has lost its data: everything that may not have been heard goes back to the outbox; returns how many."""
    connection.execute(listings_table.delete())
    addressed = publish_addressed_again(connection)
    return _back_to_outbox(connection, sa.true()) + addressed


def publish_addressed_again(connection: Connection, queue: str | None = None, needed: sa.ColumnElement[bool] | None = None) -> int:
    """Put what an outsider, or every one, may still need into the outbox again, for its queue alone; returns how many.

    `needed` narrows it down, on `addressed_table`.
    """
    columns = addressed_table.c
    place = sa.literal(f'[["{OUTSIDE}","').concat(columns.queue).concat('"]]')
    which = sa.true() if queue is None else columns.queue == queue
    absent = ~sa.exists().where(outbox_table.c.id == columns.id - 2 * AHEAD)
    rows = sa.select(
        columns.id - 2 * AHEAD, columns.message_id, columns.subject, place, columns.body, columns.confirmed, sa.literal(0.0),
        sa.literal(0), columns.type, columns.correlation_id,
    ).where(which, sa.true() if needed is None else needed, absent)  # fmt: skip
    insert = outbox_table.insert().from_select(_OUTBOX, rows).execution_options(preserve_rowcount=True)
    return int(connection.execute(insert).rowcount)


def forget_addressed(connection: Connection, now: float, done: sa.ColumnElement[bool]) -> int:
    """Let go of what outsiders no longer need: after two days what `done` says of `addressed_table`, in the end everything."""
    confirmed = addressed_table.c.confirmed
    over = sa.or_(confirmed < now - ADDRESSED_SECONDS, (confirmed < now - KEEP_SECONDS) & done)
    return int(connection.execute(addressed_table.delete().where(over)).rowcount)


def forget_subject(connection: Connection, subject: str) -> None:
    """Let go of everything about a subject that is to be erased."""
    for table in (published_table, addressed_table):
        connection.execute(table.delete().where(table.c.subject == subject))


@lru_cache(maxsize=4096)
def queues_of(destinations: str) -> frozenset[str]:
    """The queues of services that hear a message with these destinations."""
    return frozenset(queue for exchange, key in orjson.loads(destinations) for queue in queues_consuming(exchange, key))


def _within(first: int, last: int) -> sa.ColumnElement[bool]:
    return published_table.c.id.between(first, last)


def _back_to_outbox(connection: Connection, which: sa.ColumnElement[bool]) -> int:
    columns = published_table.c
    rows = sa.select(
        columns.id - AHEAD, columns.message_id, columns.subject, columns.destinations, columns.body, columns.confirmed,
        sa.literal(0.0), sa.literal(0), columns.type, columns.correlation_id,
    ).where(which)  # fmt: skip
    connection.execute(outbox_table.insert().from_select(_OUTBOX, rows))
    return int(connection.execute(published_table.delete().where(which)).rowcount)


def _let_go(connection: Connection, first: int, last: int) -> None:
    """Forget a stretch that all have heard, but what went to outsiders."""
    # One that was sent to its outsider again is there already.
    insert = INSERTS[connection.dialect.name](addressed_table)
    connection.execute(
        insert.from_select([*_ADDRESSED, "queue"], _OF_ONE_QUEUE).on_conflict_do_nothing(), {"first": first, "last": last}
    )
    rows = [
        {**{name: row[name] for name in _ADDRESSED}, "queue": queue}
        for row in connection.execute(_OF_MANY_PLACES, {"first": first, "last": last}).mappings()
        for exchange, queue in orjson.loads(row["destinations"])
        if exchange == OUTSIDE
    ]
    if rows:
        connection.execute(insert.on_conflict_do_nothing(), rows)
    connection.execute(published_table.delete().where(_within(first, last)))


_OUTBOX = ["id", "message_id", "subject", "destinations", "body", "created", "due", "attempts", "type", "correlation_id"]
_TAKEN = ["message_id", "subject", "destinations", "body", "confirmed", "type", "correlation_id"]
_NOW: sa.BindParameter[float] = sa.bindparam("now", type_=sa.Float)
_OF = outbox_table.c
_KEEP = published_table.insert().from_select(
    _TAKEN,
    sa.select(_OF.message_id, _OF.subject, _OF.destinations, _OF.body, _NOW, _OF.type, _OF.correlation_id)
    .where(among(_OF.id, "ids"))
    .order_by(_OF.id),
)
_FACT = sa.select(journal_table.c.value).where(journal_table.c.name == sa.bindparam("of"))
_ADDRESSED = ("id", "message_id", "subject", "body", "confirmed", "type", "correlation_id")
_P = published_table.c
_STRETCH = _P.id.between(sa.bindparam("first"), sa.bindparam("last"))
# A row of the outbox has one place, but those of an earlier version.
_MANY_PLACES = _P.destinations.like("%],[%")
_BEFORE, _AFTER = f'[["{OUTSIDE}","', '"]]'
_OF_ONE_QUEUE = sa.select(
    *(_P[name] for name in _ADDRESSED),
    sa.func.substr(_P.destinations, len(_BEFORE) + 1, sa.func.length(_P.destinations) - len(_BEFORE + _AFTER)),
).where(_STRETCH, _P.destinations.like(f"{_BEFORE}%"), ~_MANY_PLACES)
_OF_MANY_PLACES = sa.select(published_table).where(_STRETCH, _MANY_PLACES)
_DUE = (
    sa.select(
        listings_table.c.number, listings_table.c.hearer, listings_table.c.first, listings_table.c.last, listings_table.c.tries
    )
    .where(listings_table.c.due <= sa.bindparam("now"))
    .order_by(listings_table.c.number)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_EXPIRED = (
    sa.select(listings_table.c.first, listings_table.c.last).where(listings_table.c.begun < sa.bindparam("before")).distinct()
)
