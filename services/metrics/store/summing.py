"""Answers from the kept sums: those of the last segment before an instant, and what changed from then until the instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.metrics.domain.counts import Scope
from services.metrics.domain.statistics import GroupKey
from services.metrics.domain.sums.contributions import Described
from services.metrics.domain.sums.cubes import ALL_MONTHS, NO_MONTH, SERIES, Cube, cube_for
from services.metrics.domain.sums.figures import FORMULA, Figures, Summary, is_of_series, summary_of
from services.metrics.store.changing import STANDING, changed_groups
from services.metrics.store.sum_tables import changes, segments, sums, sums_past
from services.metrics.store.tables import AnyRow, AnySelect
from services.runtime.store.database import EPOCH

#: The number of no segment.
NONE = -1
_SEGMENT = (
    sa.select(segments.c.number, segments.c.at, sa.select(sa.func.max(segments.c.number)).scalar_subquery().label("newest"))
    .where(segments.c.at <= sa.bindparam("at", type_=segments.c.at.type)).order_by(segments.c.at.desc()).limit(1)
)  # fmt: skip


def _standing(connection: Connection) -> AnyRow | None:
    """How the sums stand; None unless every opinion is in them, by the present formula."""
    found = connection.execute(STANDING).first()
    return found if found is not None and found.formula == FORMULA and found.complete else None


def summed_groups(connection: Connection, scope: Scope, at: datetime) -> dict[GroupKey, Summary] | None:
    """What a question comes to as of an instant, by group; None when the sums do not tell."""
    stand = _standing(connection)
    cube = cube_for(scope, stand.latest) if stand is not None else None
    return None if cube is None else _summaries(connection, cube, at)


def summed_series(connection: Connection, at: datetime) -> dict[str | None, Summary] | None:
    """What only the series have, by department, as of an instant; None when the sums do not tell."""
    if _standing(connection) is None:
        return None
    base, since = _base(connection, at)
    found: dict[str | None, Figures] = {}
    for row in connection.execute(base.where(sums.c.cube == SERIES)):
        (department,) = orjson.loads(row.key)
        _add(found.setdefault(department, {}), _read(row))
    for (department, *_), figures in _changed(connection, since, at):
        _add(found.setdefault(department, {}), {name: value for name, value in figures.items() if is_of_series(name)})
    return {department: summary_of(figures, at) for department, figures in found.items()}


def _summaries(connection: Connection, cube: Cube, at: datetime) -> dict[GroupKey, Summary]:
    base, since = _base(connection, at)
    found: dict[GroupKey, Figures] = {}
    for row in connection.execute(_limited(base, cube)):
        key = cube.key(row.month, row.key)
        if key is not None:
            _add(found.setdefault(key, {}), _read(row))
    for described, figures in _changed(connection, since, at):
        key = cube.key_of(described)
        if key is not None:
            _add(found.setdefault(key, {}), {name: value for name, value in figures.items() if not is_of_series(name)})
    return {key: summary_of(figures, at) for key, figures in found.items()}


def _base(connection: Connection, at: datetime) -> tuple[AnySelect, datetime]:
    """The sums of the last segment before an instant, and up to when they have everything."""
    found = connection.execute(_SEGMENT, {"at": at}).first()
    number, since = (found.number, found.at) if found else (NONE, EPOCH)
    return _sums_as_of(number, newest=found is not None and found.newest == number), since


def _sums_as_of(number: int, *, newest: bool) -> AnySelect:
    if newest:
        return sa.select(sums.c.month, sums.c.key, sums.c.figures)
    past = sums_past
    same = (past.c.cube == sums.c.cube, past.c.month == sums.c.month, past.c.key == sums.c.key, past.c.segment <= number)
    earlier = sa.select(past.c.figures).where(*same).order_by(past.c.segment.desc()).limit(1).scalar_subquery()
    figures = sa.case((sums.c.segment <= number, sums.c.figures), else_=earlier)
    return sa.select(sums.c.month, sums.c.key, figures.label("figures"))


def _limited(query: AnySelect, cube: Cube) -> AnySelect:
    query = query.where(sums.c.cube == cube.name)
    if not cube.by_month:
        return query.where(sums.c.month == ALL_MONTHS)
    months = cube.months
    first = sums.c.month >= months.first if months.first else sums.c.month > (NO_MONTH if months.limited else ALL_MONTHS)
    return query.where(first) if months.end is None else query.where(first, sums.c.month < months.end)


def _read(row: AnyRow) -> Figures:
    # A group that has come later had nothing.
    figures: Figures = orjson.loads(row.figures) if row.figures is not None else {}
    return figures


def _changed(connection: Connection, since: datetime, at: datetime) -> Iterator[tuple[Described, Figures]]:
    query = sa.select(changes.c.figures).where(changes.c.at > since, changes.c.at <= at)
    for row in connection.execute(query):
        yield from changed_groups(row.figures)


def _add(to: Figures, figures: Figures) -> None:
    for figure, number in figures.items():
        to[figure] = to.get(figure, 0) + number
