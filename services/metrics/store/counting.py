"""Counts and waiting times by group, as of an instant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.metrics.domain.counts import (
    BEGINS,
    COUNTS,
    Above,
    Condition,
    Happened,
    Is,
    Kept,
    NotYet,
    Passed,
    Scope,
)
from services.metrics.store.tables import cases, deadlines, marks, moves, promises, ratings, reminders, rounds

Key: TypeAlias = tuple[str | None, ...]
TABLES: Mapping[Kept, sa.Table] = {
    "case": cases,
    "round": rounds,
    "deadline": deadlines,
    "mark": marks,
    "rating": ratings,
    "promise": promises,
    "reminder": reminders,
    "move": moves,
}


def condition_sql(table: sa.Table, condition: Condition, at: datetime) -> sa.ColumnElement[bool]:
    """A condition of the table of counts as SQL."""
    column: sa.ColumnElement[Any] = table.c[condition.column]
    match condition:
        case Happened():
            return column <= at
        case NotYet():
            return sa.or_(column.is_(None), column > at)
        case Passed():
            return column < at
        case Above(limit=limit):
            return column > limit
        case Is(values=values):
            return column == values[0] if len(values) == 1 else column.in_(values)


def count_groups(connection: Connection, scope: Scope, most: int) -> dict[Key, dict[str, int]]:
    """The counts that are not 0 by the values of the dimensions; complete unless there are more than `most` groups."""
    groups: dict[Key, dict[str, int]] = {}
    width = len(scope.by)
    for kept, table in TABLES.items():
        counts = [count for count in COUNTS if count.of == kept]
        columns = [sa.func.count().filter(*(condition_sql(table, part, scope.at) for part in count.conditions)) for count in counts]
        for row in connection.execute(_grouped(kept, scope, columns).limit(most + 1)):
            found = {count.name: value for count, value in zip(counts, row[width:], strict=True) if value}
            if found:
                groups.setdefault(tuple(row[:width]), {}).update(found)
    return groups


def count_days(connection: Connection, scope: Scope) -> tuple[dict[Key, dict[Any, int]], dict[Key, dict[Any, int]]]:
    """Who has a first reply and who waits for one: numbers of assignments by working days, and by the date of assignment.

    Only lead departments are asked for a reply, and nobody waits for one that was taken from its department.
    """
    done = condition_sql(rounds, Happened("replied_at"), scope.at)
    stands = condition_sql(rounds, NotYet("ended_at"), scope.at)
    days, since = sa.case((done, rounds.c.reply_days)), sa.case((done, None), else_=rounds.c.opened_on)
    # "<= 1" and not "= 1": with that, SQLite takes the scrape's index on first rounds and looks up every row behind it.
    first = (rounds.c.round <= 1, rounds.c.role == "lead", sa.or_(done, stands))
    query = _grouped("round", scope, [days, since, sa.func.count()]).where(*first).group_by(days, since)
    answered: dict[Key, dict[Any, int]] = {}
    waiting: dict[Key, dict[Any, int]] = {}
    for *key, day, opened_on, number in connection.execute(query):
        if opened_on is None:
            answered.setdefault(tuple(key), {})[day] = number
        else:
            waiting.setdefault(tuple(key), {})[opened_on] = number
    return answered, waiting


def _grouped(kept: Kept, scope: Scope, columns: Sequence[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    table = TABLES[kept]
    described = table if "submitted_at" in table.c else cases
    source = table if described is table else table.outerjoin(cases, cases.c.id == table.c.opinion)
    keys = [(table if name in table.c else described).c[name] for name in scope.by]
    query = sa.select(*keys, *columns).select_from(source).group_by(*keys)
    begins = BEGINS[kept]
    if begins is not None:
        query = query.where(table.c[begins] <= scope.at)
    if scope.since is not None:
        query = query.where(described.c.submitted_at >= scope.since)
    if scope.until is not None:
        query = query.where(described.c.submitted_at < scope.until)
    return query
