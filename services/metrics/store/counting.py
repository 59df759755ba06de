"""Counts and waiting times by group, as of an instant.

As of the newest instant the rows that hold now are all there is to count. To look back, those of them count that held then already,
and those of the editions that held then and have ended since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.metrics.domain.counts import (
    BEGINS,
    COLUMNS,
    COUNTS,
    JOINT,
    Above,
    Condition,
    Happened,
    Is,
    Kept,
    NotYet,
    Passed,
    Scope,
)
from services.metrics.domain.statistics import GroupKey
from services.metrics.domain.sums.figures import SECOND, SERIES, Summary
from services.metrics.store.tables import (
    PAST,
    AnyColumn,
    AnySelect,
    cases,
    deadlines,
    duties,
    marks,
    moves,
    promises,
    ratings,
    reminders,
    rounds,
)
from services.runtime.store.database import Instant

TABLES: Mapping[Kept, sa.Table] = {
    "case": cases,
    "round": rounds,
    "deadline": deadlines,
    "mark": marks,
    "rating": ratings,
    "promise": promises,
    "duty": duties,
    "reminder": reminders,
    "move": moves,
}


#: Later than anything that was recorded.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: More kinds of questions than are asked again and again.
REMEMBERED = 128
AT, SINCE, UNTIL = sa.bindparam("at", type_=Instant), sa.bindparam("since", type_=Instant), sa.bindparam("until", type_=Instant)
Statements: TypeAlias = tuple[AnySelect, ...]


@dataclass(frozen=True, slots=True)
class QueryKind:
    """What kind of question it is: everything that makes it another statement.

    `back` says that something may have been recorded after the instant asked about.
    """

    by: tuple[str, ...]
    since: bool
    until: bool
    back: bool
    deputy: bool = False
    group: bool = False


@dataclass(frozen=True, slots=True)
class _RowSource:
    """Where some of the rows to count are: `table`, and in `source` beside it what describes their cases, by column name."""

    table: sa.Table
    source: sa.FromClause
    described: Mapping[str, AnyColumn]
    where: tuple[sa.ColumnElement[bool], ...] = ()


def count_anew(connection: Connection, scope: Scope, at: datetime, most: int, *, back: bool) -> dict[GroupKey, Summary]:
    """What a question comes to, by the values of the dimensions; complete unless there are more than `most` groups.

    `back` says that something may have been recorded after `at`.
    """
    groups: dict[GroupKey, Summary] = {}
    width = len(scope.by)
    for kept in TABLES:
        names = [count.name for count in COUNTS if count.of == kept]
        for statement in _counting(kept, _kind(scope, back=back)):
            for row in connection.execute(statement, {**_given(scope, at), "most": most + 1}):
                found = {name: value for name, value in zip(names, row[width:], strict=True) if value}
                if found:
                    groups.setdefault(tuple(row[:width]), Summary()).counts.update(found)
    _count_days(connection, scope, at, groups, back=back)
    return groups


def _count_days(connection: Connection, scope: Scope, at: datetime, groups: dict[GroupKey, Summary], *, back: bool) -> None:
    """Who has a first reply and who waits for one: numbers of assignments by working days, and by the date of assignment.

    Only lead departments are asked for a reply, and nobody waits for one that was taken from its department.
    """
    for statement in _waiting(_kind(scope, back=back)):
        for row in connection.execute(statement, _given(scope, at)):
            *group, day, opened_on, number = row
            summary = groups.setdefault(tuple(group), Summary())
            if opened_on is None:
                summary.answered[day] += number
            else:
                summary.waiting[opened_on] += number


def count_series(connection: Connection) -> dict[str | None, Summary]:
    """What only the series have, by department, of everything recorded so far."""
    found: dict[str | None, Summary] = {}
    for name, figure in SERIES.items():
        table = TABLES[figure.of]
        labels = [table.c[label] for label in figure.labels]
        number = sa.func.sum(sa.cast(table.c[figure.weight] * SECOND, sa.BigInteger)) if figure.weight else sa.func.count()
        met = [condition_sql(table, condition) for condition in figure.conditions]
        query: AnySelect = sa.select(table.c.department, *labels, number).where(*met).group_by(table.c.department, *labels)
        for department, *values, value in connection.execute(query, {"at": NEVER}):
            if value:  # A reply within its first second adds nothing to the seconds.
                found.setdefault(department, Summary()).series.setdefault(name, Counter())[tuple(values)] = value
    return found


def _kind(scope: Scope, *, back: bool) -> QueryKind:
    named = (each is not None for each in (scope.deputy, scope.group))
    return QueryKind(scope.by, scope.since is not None, scope.until is not None, back, *named)


def _given(scope: Scope, at: datetime) -> dict[str, datetime | str]:
    group = None if scope.group is None else f"{JOINT}{scope.group}{JOINT}"
    named = {"at": at, "since": scope.since, "until": scope.until, "deputy": scope.deputy, "group": group}
    return {name: value for name, value in named.items() if value is not None}


@lru_cache(maxsize=REMEMBERED * len(TABLES))
def _counting(kept: Kept, kind: QueryKind) -> Statements:
    parts = _parts(kept, back=kind.back)
    return tuple(_grouped(kept, part, kind, _columns(kept, part.table)).limit(sa.bindparam("most")) for part in parts)


@lru_cache(maxsize=REMEMBERED)
def _waiting(kind: QueryKind) -> Statements:
    return tuple(_waiting_in(part, kind) for part in _parts("round", back=kind.back))


def _waiting_in(part: _RowSource, kind: QueryKind) -> AnySelect:
    table = part.table
    done, stands = condition_sql(table, Happened("replied_at")), condition_sql(table, NotYet("ended_at"))
    days, since = sa.case((done, table.c.reply_days)), sa.case((done, None), else_=table.c.opened_on)
    first = (table.c.round == 1, table.c.role == "lead", sa.or_(done, stands))
    return _grouped("round", part, kind, [days, since, sa.func.count()]).where(*first).group_by(days, since)


@cache
def _columns(kept: Kept, table: sa.Table) -> tuple[sa.ColumnElement[int], ...]:
    counts = (count for count in COUNTS if count.of == kept)
    return tuple(sa.func.count().filter(*(condition_sql(table, each) for each in count.conditions)) for count in counts)


def condition_sql(table: sa.Table, condition: Condition) -> sa.ColumnElement[bool]:
    """A condition of the table of counts as SQL, with the parameter `at`."""
    column: AnyColumn = table.c[condition.column]
    match condition:
        case Happened():
            return column <= AT
        case NotYet():
            return sa.or_(column.is_(None), column > AT)
        case Passed():
            return column < AT
        case Above(limit=limit):
            return column > limit
        case Is(values=values):
            return column == values[0] if len(values) == 1 else column.in_(values)


def _parts(kept: Kept, *, back: bool) -> Iterator[_RowSource]:
    table = TABLES[kept]
    if not back:
        yield _RowSource(table, *_beside(table, cases))
    elif table in PAST:
        past = PAST[table]
        yield _RowSource(table, *_beside(table, cases), (table.c.known_from <= AT,))
        yield _RowSource(past, *_beside(past, PAST[cases]), (past.c.known_from <= AT, past.c.known_until > AT))
    else:
        # What is not derived has no editions, but the case that it is about has.
        now, then = cases, PAST[cases]
        held = sa.and_(then.c.id == table.c.opinion, then.c.known_from <= AT, then.c.known_until > AT)
        both = table.outerjoin(now, sa.and_(now.c.id == table.c.opinion, now.c.known_from <= AT)).outerjoin(then, held)
        yield _RowSource(table, both, {column.name: sa.func.coalesce(column, then.c[column.name]) for column in now.c})


def _beside(table: sa.Table, about: sa.Table) -> tuple[sa.FromClause, Mapping[str, AnyColumn]]:
    # Cases and rounds say themselves what they are about.
    if "submitted_at" in table.c:
        return table, dict(table.c)
    same = table.c.opinion == about.c.id
    if "edition" in table.c:
        same = sa.and_(same, table.c.edition == about.c.edition)
    return table.outerjoin(about, same), dict(about.c)


def _grouped(kept: Kept, part: _RowSource, kind: QueryKind, columns: Sequence[AnyColumn]) -> AnySelect:
    table, described = part.table, part.described
    keys = [table.c.department if name == "department" else described[COLUMNS[name]] for name in kind.by]
    query = sa.select(*keys, *columns).select_from(part.source).where(*part.where).group_by(*keys)
    begins = BEGINS[kept]
    if begins is not None:
        query = query.where(table.c[begins] <= AT)
    if kind.since:
        query = query.where(described["submitted_at"] >= SINCE)
    if kind.until:
        query = query.where(described["submitted_at"] < UNTIL)
    if kind.deputy:
        query = query.where(described["deputy"] == sa.bindparam("deputy"))
    if kind.group:
        # Not LIKE, which takes some characters of a code for others.
        groups = sa.literal(JOINT) + described["deputy_groups"] + sa.literal(JOINT)
        query = query.where(sa.func.replace(groups, sa.bindparam("group", type_=sa.String), "") != groups)
    return query
