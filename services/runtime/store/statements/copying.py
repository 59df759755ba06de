"""What an insert of many rows is to PostgreSQL: a COPY in binary format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy.sql.compiler import SQLCompiler

#: From so many rows on it is used: below, a round trip of its own costs more than it saves. So many it gets at most, because it
#: has the time of one statement.
COPIED, COPIED_AT_ONCE = 8, 5_000
#: What it calls the types of columns; a table with another one gets its rows by INSERT.
COPIED_TYPES: Mapping[str, str] = {
    "VARCHAR": "text", "TEXT": "text", "JSON": "json", "BIGINT": "int8", "INTEGER": "int4", "SMALLINT": "int2", "BOOLEAN": "bool",
    "BYTEA": "bytea", "FLOAT": "float8", "DATE": "date",
}  # fmt: skip
#: The bits of its whole numbers. The driver cuts larger ones without a word, where an INSERT is refused.
BITS: Mapping[str, int] = {"int8": 64, "int4": 32, "int2": 16}


@dataclass(frozen=True, slots=True)
class Copy:
    """A COPY into some columns of a table, and what it calls their types."""

    text: str
    types: tuple[str, ...]

    @classmethod
    def of(cls, table: Any, insert: SQLCompiler, names: Sequence[str]) -> Self | None:
        """The COPY for an insert into these columns; None for one that does more, and for types it is not told of."""
        dialect = insert.dialect
        if dialect.name != "postgresql" or str(insert) != _plain(table, insert, names):
            return None
        columns = [table.c[name] for name in names]
        types = [COPIED_TYPES.get(str(column.type.compile(dialect)).partition("(")[0]) for column in columns]
        quoted = dialect.identifier_preparer
        text = f"COPY {quoted.format_table(table)} ({', '.join(map(quoted.format_column, columns))}) FROM STDIN (FORMAT BINARY)"
        return cls(text, tuple(each for each in types if each)) if all(types) else None

    def takes(self, rows: Sequence[Sequence[Any]]) -> bool:
        """Whether all whole numbers of these rows are such, and fit."""
        limits = [(place, 1 << BITS[name] - 1) for place, name in enumerate(self.types) if name in BITS]
        return all(_fits(row[place], limit) for row in rows for place, limit in limits)


def _plain(table: Any, insert: SQLCompiler, names: Sequence[str]) -> str:
    return str(table.insert().compile(dialect=insert.dialect, column_keys=list(names), for_executemany=True))


def _fits(number: Any, limit: int) -> bool:
    return number is None or (isinstance(number, int) and -limit <= number < limit)
