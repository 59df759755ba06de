"""A batch of recorded messages into the read model, with few statements however many messages there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.editions import Edition, Known, editions_of, renew
from services.metrics.domain.story import Fact, Row, read_story, write_story
from services.metrics.store.tables import (
    PAST,
    cases,
    deadlines,
    horizon,
    marks,
    moves,
    promises,
    ratings,
    reminders,
    rounds,
    stories,
)
from services.runtime.clock import Clock
from services.runtime.store.database import INSERTS, MICROSECOND, Transaction

_WRITERS_LOCK = 0x68756979
#: How many stories are derived again in one transaction.
STALE_AT_ONCE = 100
ONE = 1
_KNOWN = sa.select(stories).where(stories.c.opinion.in_(sa.bindparam("opinions", expanding=True)))
_STALE = sa.select(stories).where(stories.c.stale).order_by(stories.c.opinion).limit(STALE_AT_ONCE)
_HORIZON = sa.select(horizon.c.at).where(horizon.c.id == ONE)
DERIVED: Mapping[str, sa.Table] = {
    "case": cases, "rounds": rounds, "deadlines": deadlines, "marks": marks, "ratings": ratings, "promises": promises,
}  # fmt: skip


def write_batch(
    work: Transaction, told: Mapping[str, Sequence[Fact]], reminded: Sequence[Row], moved: Sequence[Row], days: WorkingDays
) -> None:
    """Add facts to the stories of their opinions (by opinion id) and renew the rows that follow; keep reminders and moves.

    What is there already, by message id, is not added again. The facts were recorded at the instant that `take_instant` gave.
    """
    if told:
        known = {row.opinion: row for row in work.execute(_KNOWN, {"opinions": sorted(told)})}
        for opinion in sorted(told):
            _add(work, opinion, known.get(opinion), told[opinion], days)
    keep(work, reminders, reminded)
    keep(work, moves, moved)


def take_instant(work: Transaction, clock: Clock) -> datetime:
    """Be the only writer until the commit, and get the instant at which all of the batch is recorded.

    It is later than any that was given before and any as of which something was answered, also when the clock was put back.
    """
    hold_pen(work)
    # Not when the transaction began, since when it may have waited for another one's commit.
    now, last = clock.now(), read_horizon(work.connection)
    instant = now if last is None else max(now, last + MICROSECOND)
    set_horizon(work, instant)
    return instant


def set_horizon(work: Transaction, instant: datetime) -> None:
    """Let whatever is recorded next be recorded later than `instant`."""
    work.defer(_renewal(horizon, work.connection.dialect.name), {"id": ONE, "at": instant})


def read_horizon(connection: sa.Connection) -> datetime | None:
    """The latest instant that was given to a batch or asked for; None while there was none."""
    last: datetime | None = connection.execute(_HORIZON).scalar()
    return last


def hold_pen(work: Transaction) -> None:
    """Be the only writer until the commit: two workers never add to the same story, or to the ledger, side by side."""
    # SQLite has one writer at a time anyway.
    if work.connection.dialect.name == "postgresql":
        work.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK)))


def renew_stale(work: Transaction, days: WorkingDays) -> bool:
    """Derive the rows of some stories again that an older program had derived; returns whether there may be more."""
    hold_pen(work)
    found = work.execute(_STALE).all()
    for row in found:
        facts = read_story(row.facts)
        _write(work, row.opinion, facts, editions_of(row.opinion, facts, days))
    return len(found) == STALE_AT_ONCE


def _add(work: Transaction, opinion: str, stored: Any, told: Iterable[Fact], days: WorkingDays) -> None:
    facts = {} if stored is None else {fact.id: fact for fact in read_story(stored.facts)}
    added = {fact.id: fact for fact in told if fact.id not in facts}
    if not added:
        return
    every = [*facts.values(), *added.values()]
    if stored is not None and stored.stale:
        written = editions_of(opinion, every, days)
    else:
        known = None if stored is None else Known(tuple(facts.values()), stored.edition, stored.known_from)
        written = renew(opinion, known, tuple(added.values()), days)
    _write(work, opinion, every, written)


def _write(work: Transaction, opinion: str, facts: Iterable[Fact], written: Sequence[Edition]) -> None:
    dialect = work.connection.dialect.name
    latest = written[-1]
    story = {"edition": latest.number, "known_from": latest.known_from, "stale": False}
    work.defer(_renewal(stories, dialect), {"opinion": opinion, "facts": write_story(facts), **story})
    for edition in written:
        ended = edition.known_until is not None
        marked = {"edition": edition.number, "known_until": edition.known_until} if ended else {}
        for name, table in DERIVED.items():
            rows: Any = getattr(edition.rows, name)
            statement = _renewal(PAST[table] if ended else table, dialect)
            for row in [rows] if name == "case" else rows:
                work.defer(statement, {**row, "known_from": edition.known_from, **marked})


def keep(work: Transaction, table: sa.Table, rows: Sequence[Row]) -> None:
    """Add rows that are not there yet, by their primary key."""
    addition = _addition(table, work.connection.dialect.name)
    for row in rows:
        work.defer(addition, row)


@cache
def _addition(table: sa.Table, dialect: str) -> Any:
    return INSERTS[dialect](table).on_conflict_do_nothing()


@cache
def _renewal(table: sa.Table, dialect: str) -> Any:
    statement = INSERTS[dialect](table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)
