"""Many rows through one statement: what SQLAlchemy computes for every row is computed once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, object]
#: More statements than all services have.
REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class _Plan:
    """A compiled statement: its text, the names of its parameters in order, the processors that convert values for the driver, and
    the values that the statement itself holds. `positional`: the driver takes tuples instead of names."""

    text: str
    names: tuple[str, ...]
    processors: tuple[tuple[int, Callable[[Any], Any]], ...]
    fixed: Row
    positional: bool

    def parameters(self, row: Row) -> Any:
        """What the driver gets for a row."""
        given = {**self.fixed, **row} if self.fixed else row
        values = [given[name] for name in self.names]
        for place, process in self.processors:
            values[place] = process(values[place])
        return tuple(values) if self.positional else dict(zip(self.names, values, strict=True))


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
        for statement, rows in waiting.items():
            run_many(connection, statement, rows)


def run_many(connection: Connection, statement: sa.Executable, rows: Sequence[Row]) -> CursorResult[Any]:
    """Run a statement once for each row; all rows have the columns of the first. At least one row."""
    plan = _plan(statement, connection.dialect, tuple(rows[0]))
    if plan is None:
        return connection.execute(statement, rows)
    return connection.exec_driver_sql(plan.text, [plan.parameters(row) for row in rows])


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
    processors = ((place, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(names))
    fixed = {name: bind.effective_value for name, bind in binds.items() if name not in given}
    known = tuple((place, process) for place, process in processors if process is not None)
    return _Plan(str(compiled), names, known, fixed, compiled.positional)
