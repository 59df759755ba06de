"""A batch of heard messages into the read model, with few statements however many messages there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.derivation import derive
from services.metrics.domain.story import Fact, Row, read_story, write_story
from services.metrics.store.tables import cases, deadlines, marks, moves, promises, ratings, reminders, rounds, stories
from services.runtime.database import INSERTS, Transaction

_WRITERS_LOCK = 0x68756979
_KNOWN = sa.select(stories.c.opinion, stories.c.facts).where(stories.c.opinion.in_(sa.bindparam("opinions", expanding=True)))


def write_batch(
    work: Transaction, told: Mapping[str, Sequence[Fact]], reminded: Sequence[Row], moved: Sequence[Row], days: WorkingDays
) -> None:
    """Add facts to the stories of their opinions (by opinion id) and renew the rows that follow; keep reminders and moves.

    What is there already, by message id, is not added again.
    """
    hold_pen(work)
    if told:
        known = _stories(work, told)
        _write_stories(work, told, known, days)
    keep(work, reminders, reminded)
    keep(work, moves, moved)


def hold_pen(work: Transaction) -> None:
    """Be the only writer until the commit: two workers never add to the same story, or to the ledger, side by side."""
    # SQLite has one writer at a time anyway.
    if work.connection.dialect.name == "postgresql":
        work.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS_LOCK)))


def _stories(work: Transaction, opinions: Iterable[str]) -> dict[str, bytes]:
    return {row.opinion: row.facts for row in work.execute(_KNOWN, {"opinions": sorted(opinions)})}


def _write_stories(work: Transaction, told: Mapping[str, Sequence[Fact]], known: Mapping[str, bytes], days: WorkingDays) -> None:
    rows: dict[sa.Table, list[Row]] = {table: [] for table in (stories, cases, rounds, deadlines, marks, ratings, promises)}
    for opinion in sorted(told):
        facts = {fact.id: fact for fact in read_story(known[opinion])} if opinion in known else {}
        facts.update((fact.id, fact) for fact in told[opinion])
        derived = derive(opinion, facts.values(), days)
        rows[stories].append({"opinion": opinion, "facts": write_story(facts.values())})
        rows[cases].append(derived.case)
        rows[rounds] += derived.rounds
        rows[deadlines] += derived.deadlines
        rows[marks] += derived.marks
        rows[ratings] += derived.ratings
        rows[promises] += derived.promises
    for table, own in rows.items():
        renewal = _renewal(table, work.connection.dialect.name)
        for row in own:
            work.defer(renewal, row)


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
