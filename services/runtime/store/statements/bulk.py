"""Statements that are made once and run often: compiled once, and run by the driver itself.

What SQLAlchemy computes for a statement costs five times what SQLite needs to run it. So the statements of the hot paths are
constants, with a parameter for a list too (`among`), and their text is always the same, which lets the driver prepare it once.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection, CursorResult, Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

from services.runtime.store.statements.bare import Bare, are_together, together
from services.runtime.store.statements.copying import COPIED, COPIED_AT_ONCE, Copy

Row = Mapping[str, object]
#: A row that was found: a tuple, whose columns are its attributes too.
Found = Any
#: What finds rows: a query, or a change that says what it has changed (RETURNING).
Finding: TypeAlias = sa.Select[Any] | sa.UpdateBase
#: More statements than all services have.
REMEMBERED = 512


Process = Callable[[Any], Any]


class among(sa.ColumnElement[bool]):
    """Whether a column has one of the values of a parameter, which is a list, however long it is."""

    inherit_cache = False
    #: So that SQLite is not asked to compare it with 1, for which it would not use an index.
    _is_implicitly_boolean = True

    def __init__(self, column: sa.ColumnElement[Any], parameter: str) -> None:
        self.type = sa.Boolean()
        self.column, self.values = column, sa.bindparam(parameter, type_=_List(column.type))


class _List(TypeDecorator[Sequence[Any]]):
    """The values of a parameter that is a list: an array for PostgreSQL, JSON for SQLite."""

    impl = sa.Text
    cache_ok = False

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self._of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """What the driver is given."""
        return dialect.type_descriptor(sa.Text() if dialect.name == "sqlite" else postgresql.ARRAY(self._of))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """The values together."""
        return orjson.dumps(list(value or ())).decode() if dialect.name == "sqlite" else list(value or ())


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in (element.column, element.values))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # nosec B608


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in (element.column, element.values))
    return f"{column} = ANY ({values})"


@dataclass(frozen=True, slots=True)
class _Plan:
    """A compiled statement: its text, what takes its parameters out of a row in their order, the processors that convert values for
    the driver, and the values that the statement itself holds. `positional`: the driver takes tuples instead of names. `copy` does
    the same for many rows, where there is such a thing."""

    text: str
    names: tuple[str, ...]
    values: Callable[[Row], Sequence[Any]]
    processors: tuple[tuple[int, Process], ...]
    fixed: Row
    positional: bool
    copy: Copy | None

    def copy_for(self, rows: Sequence[Row]) -> Copy | None:
        """What takes so many rows at once, and is not sent together with other statements."""
        return self.copy if len(rows) >= COPIED else None

    def parameters(self, row: Row) -> Any:
        """What the driver gets for a row."""
        values = self.ordered(row)
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))

    def ordered(self, row: Row) -> Sequence[Any]:
        """The values of a row in the order of the names."""
        values = self.values({**self.fixed, **row} if self.fixed else row)
        if self.processors:
            values = list(values)
            for place, process in self.processors:
                values[place] = process(values[place])
        return values


class Buffer:
    """Statements that wait, each with the rows it is to be run for, in the order in which they were first used."""

    def __init__(self) -> None:
        self._rows: dict[sa.Executable, list[Row]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, statement: sa.Executable, row: Row) -> None:
        """Let a statement wait with this row."""
        self._rows.setdefault(statement, []).append(row)

    def takes(self, other: Buffer) -> bool:
        """Whether all of another can wait here and still run in its own order, with the columns that wait already."""
        known, new = list(self._rows), False
        place = -1
        for statement, rows in other._rows.items():
            if statement not in self._rows:
                new = True
                continue
            before, place = place, known.index(statement)
            if new or place < before or tuple(rows[0]) != tuple(self._rows[statement][0]):
                return False
        return True

    def take(self, other: Buffer) -> None:
        """Let all of another wait here."""
        for statement, rows in other._rows.items():
            self._rows.setdefault(statement, []).extend(rows)

    def run(self, connection: Connection) -> None:
        """Run each statement once with all its rows; nothing waits afterwards."""
        waiting, self._rows = self._rows, {}
        planned = [_Planned(statement, rows, _plan_for(connection, statement, rows)) for statement, rows in waiting.items()]
        for alone, some in groupby(planned, _Planned.goes_alone):
            ready = list(some)
            with nullcontext() if alone or len(ready) == 1 else together(connection):
                for each in ready:
                    each.run(connection)


def fetch(connection: Connection, statement: Finding, parameters: Row | None = None) -> list[Found]:
    """The rows that a statement finds, which is made once."""
    given = parameters or {}
    plan = _plan(statement, connection.dialect, tuple(given))
    if plan is None:
        return list(connection.execute(statement, given))
    rows, types = Bare(connection, plan.text).fetch(plan.parameters(given))
    return list(map(_reader(statement, connection.dialect, types), rows))


def first(connection: Connection, statement: Finding, parameters: Row | None = None) -> Found | None:
    """The first of the rows that a statement finds, which is made once; None where there is none."""
    return next(iter(fetch(connection, statement, parameters)), None)


def run(connection: Connection, statement: sa.Executable, parameters: Row) -> int:
    """Run a statement that is made once; returns how many rows it changed."""
    plan = _plan(statement, connection.dialect, tuple(parameters))
    if plan is None:
        return int(connection.execute(statement, parameters).rowcount)
    return Bare(connection, plan.text).run(plan.parameters(parameters))


def run_many(connection: Connection, statement: sa.Executable, rows: Sequence[Row]) -> None:
    """Run a statement once for each row; all rows have the columns of the first. At least one row."""
    _Planned(statement, rows, _plan_for(connection, statement, rows)).run(connection)


class _Planned(NamedTuple):
    """A statement with the rows that it is run for, and how."""

    statement: sa.Executable
    rows: Sequence[Row]
    plan: _Plan | None

    def goes_alone(self) -> bool:
        """Whether the rows are not to be sent together with those of other statements."""
        return self.plan is not None and self.plan.copy_for(self.rows) is not None

    def run(self, connection: Connection) -> None:
        """Run the statement once for each row."""
        statement, rows, plan = self
        if plan is None:
            connection.execute(statement, rows)
        elif len(rows) == 1:
            Bare(connection, plan.text).run(plan.parameters(rows[0]))
        elif not _copied(connection, plan, rows):
            Bare(connection, plan.text).run_many([plan.parameters(row) for row in rows])


def _plan_for(connection: Connection, statement: sa.Executable, rows: Sequence[Row]) -> _Plan | None:
    return _plan(statement, connection.dialect, tuple(rows[0]))


def _copied(connection: Connection, plan: _Plan, rows: Sequence[Row]) -> bool:
    """Send rows by COPY, if that is what they are sent by."""
    copy = plan.copy_for(rows)
    if copy is None or are_together(connection):
        return False
    values = [plan.ordered(row) for row in rows]
    if not copy.takes(values):
        return False
    for begin in range(0, len(values), COPIED_AT_ONCE):
        Bare(connection, copy.text).copy(copy.types, values[begin : begin + COPIED_AT_ONCE])
    return True


def rows_of(result: CursorResult[Any]) -> list[Mapping[str, Any]]:
    """All rows as mappings with plain text keys."""
    names = list(map(str, result.keys()))
    return [dict(zip(names, row, strict=True)) for row in result]


@lru_cache(maxsize=REMEMBERED)
def insert_into(table: sa.Table) -> sa.Insert:
    """The insert of whole rows into a table, always the same one."""
    return table.insert()


@lru_cache(maxsize=REMEMBERED)
def _plan(statement: Any, dialect: Dialect, given: tuple[str, ...]) -> _Plan | None:
    """How a statement is run with the columns `given`; None for one that needs more of SQLAlchemy than its compiler."""
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=list(given), for_executemany=True)
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    missing = [name for name, bind in binds.items() if bind.required and name not in given]
    needs = (compiled.insert_prefetch, compiled.update_prefetch, compiled.post_compile_params, compiled.literal_execute_params)
    if missing or any(needs) or compiled.escaped_bind_names:
        return None
    names = tuple(compiled.positiontup or ()) if compiled.positional else tuple(binds)
    fixed = {name: bind.effective_value for name, bind in binds.items() if name not in given}
    processors = _processors([binds[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names])
    copy = Copy.of(statement.table, compiled, names) if isinstance(statement, sa.Insert) else None
    return _Plan(str(compiled), names, _taker(names), processors, fixed, compiled.positional, copy)


def _taker(names: tuple[str, ...]) -> Callable[[Row], Sequence[Any]]:
    """What takes the values of these names out of a row, in their order."""
    if len(names) > 1:
        return itemgetter(*names)
    return lambda row: [row[name] for name in names]


@lru_cache(maxsize=REMEMBERED)
def _reader(statement: Finding, dialect: Dialect, types: tuple[object, ...]) -> Callable[[Sequence[Any]], Found]:
    """What makes a row with the values of its columns' types of what the driver gives."""
    columns = list(statement.exported_columns)
    names = [column.key or "_" for column in columns]
    shape: Any = namedtuple("Found", names, rename=True)  # type: ignore[misc]
    kinds = (column.type.dialect_impl(dialect) for column in columns)
    readers = _processors([kind.result_processor(dialect, given) for kind, given in zip(kinds, types, strict=True)])
    make: Callable[[Sequence[Any]], Found] = shape._make
    if not readers:
        return make

    def read(given: Sequence[Any]) -> Found:
        values = list(given)
        for place, process in readers:
            values[place] = process(values[place])
        return make(values)

    return read


def _processors(made: Sequence[Process | None]) -> tuple[tuple[int, Process], ...]:
    return tuple((place, process) for place, process in enumerate(made) if process is not None)
