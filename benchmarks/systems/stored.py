"""Fills the stores of a stopped system: what is there about some opinions is copied, with the ids of earlier times.

An id begins with the time when it was made, so a copy differs from its original in the first digits of all ids, wherever they are.
That holds for whatever columns a table has. Instants are those of the originals, so that no deadline of a copy has passed; sums and
the chain of the ledger know nothing of the copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.store.tables import UNSIGNED, assignments
from services.runtime.clock import SystemClock
from services.runtime.store.database import Database
from services.runtime.store.idempotency import answers
from services.runtime.store.inbox import inbox_table
from services.runtime.store.journal_tables import addressed_table, journal_table, listings_table, published_table
from services.runtime.store.outgoing.outbox import outbox_table

#: The hexadecimal digits of an id that tell copies apart, 4.66 hours for each step, and those at the end of a receipt.
DIGITS, RECEIPT, RECEIPT_DIGITS = 6, "receipt", 5
MOST_COPIES, COPIES_A_COMMIT = 99_999, 100
#: What is forgotten after some days; a broker that was emptied would get all of it again.
FORGOTTEN = frozenset(
    table.name for table in (addressed_table, answers, inbox_table, journal_table, listings_table, outbox_table, published_table)
)
#: More than any table has rows of the originals.
A_COPY = 1_000_000
RECEIPT_LENGTH = 14


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the kinds of store say differently: `{c}` is a column, `{old}` and `{new}` the digits to replace, `n.k` the copy."""

    series: str
    prefix: str
    text: str
    blob: str
    random: str
    digits: str
    haste: Sequence[str]
    indexes: str
    cast: str = ""


SQLITE = Dialect(
    series="WITH RECURSIVE n(k) AS (SELECT {start} UNION ALL SELECT k + 1 FROM n WHERE k < {end})",
    prefix="printf('%06x', {first} - n.k)", text="replace({c}, '{old}', {new})",
    blob="CAST(replace(CAST({c} AS TEXT), '{old}', {new}) AS BLOB)", random="randomblob(32)", digits="printf('%05d', n.k)",
    haste=("PRAGMA synchronous=OFF", "PRAGMA cache_size=-400000"),
    indexes="SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
)  # fmt: skip
POSTGRES = Dialect(
    series="WITH n(k) AS (SELECT * FROM generate_series({start}, {end}))", prefix="lpad(to_hex({first} - n.k), 6, '0')",
    text="replace({c}::text, '{old}', {new})", blob="decode(replace(encode({c}, 'escape'), '{old}', {new}), 'escape')",
    random="decode(md5(random()::text) || md5(random()::text), 'hex')", digits="lpad(n.k::text, 5, '0')",
    haste=("SET synchronous_commit=off", "SET statement_timeout=0", "SET maintenance_work_mem='256MB'"), cast="::json",
    indexes="SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE NOT indisunique AND relnamespace = current_schema()::regnamespace",
)  # fmt: skip


def fill(url: str, name: str, originals: Sequence[str], copies: int, finish: Callable[[Connection], None] = lambda _: None) -> None:
    """Copy so many times, in the store of a service, what is there about these opinions, the only ones made in those hours.

    `finish` does what is left to do while there are no indexes but those of keys.
    """
    prefix = originals[0][:DIGITS]
    if copies > MOST_COPIES or any(not each.startswith(prefix) for each in originals):
        raise ValueError(f"at most {MOST_COPIES} copies, of opinions that were made in the same hours")
    database = Database(url, name, SystemClock())
    try:
        with _hurried(database) as connection:
            tables = [_Copied(table, connection, prefix) for table in _tables(connection)]
            with _without_indexes(connection):
                for start in range(1, copies + 1, COPIES_A_COMMIT):
                    for table in tables:
                        table.insert(connection, start, min(copies, start + COPIES_A_COMMIT - 1))
                    connection.commit()
                finish(connection)
                connection.commit()
            count_values(connection)
            connection.commit()
    finally:
        database.close()


def count_values(connection: Connection) -> None:
    """Let a server count values, as it does by itself in time. Nobody does in a file: what was counted is forgotten at a start."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("ANALYZE")


def forget_messages(url: str, name: str) -> None:
    """Forget what the service of a stopped system has published, or an emptied broker would get it again, and when departments were
    given what they have not signed, or ten minutes later an empty queue would get all that came since."""
    database = Database(url, name, SystemClock())
    try:
        with database.transaction() as work:
            for table in (outbox_table, published_table, addressed_table, listings_table):
                work.execute(table.delete())
            if name == "routing":
                work.execute(assignments.update().where(UNSIGNED, assignments.c.opened.is_not(None)).values(opened=None))
    finally:
        database.close()


@contextmanager
def _hurried(database: Database) -> Iterator[Connection]:
    """A connection that does not wait for the disk."""
    with database.engine.connect().execution_options(huiying_read=True) as connection:
        raw = connection.connection.cursor()
        for statement in _dialect(connection).haste:
            raw.execute(statement)
        raw.close()
        yield connection


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Make the indexes at the end, which takes a fraction of the time; those of keys stay."""
    found = connection.exec_driver_sql(_dialect(connection).indexes).all()
    for name, _ in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    connection.commit()
    yield
    for _, text in found:
        connection.exec_driver_sql(text)
    connection.commit()


def _dialect(connection: Connection) -> Dialect:
    return SQLITE if connection.dialect.name == "sqlite" else POSTGRES


def _tables(connection: Connection) -> list[sa.Table]:
    """All tables but those of messages."""
    found = sa.MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name not in FORGOTTEN]


class _Copied:
    """A table, with its rows about the originals set aside."""

    def __init__(self, table: sa.Table, connection: Connection, prefix: str) -> None:
        self._dialect, self._prefix = _dialect(connection), prefix
        self._table, self._original = f'"{table.name}"', f'"original_{table.name}"'
        self._alone = len(table.primary_key.columns) == 1
        texts = [f"substr(\"{column.name}\", 1, {DIGITS}) = '{prefix}'" for column in table.c if isinstance(column.type, sa.String)]
        where = " OR ".join(texts) or "1 = 0"
        connection.exec_driver_sql(f"CREATE TEMP TABLE {self._original} AS SELECT * FROM {self._table} WHERE {where}")  # nosec
        self._columns = [column for column in table.c if not self._is_numbered(column)]

    def insert(self, connection: Connection, start: int, end: int) -> None:
        """Insert the copies with these numbers."""
        names = ", ".join(f'"{column.name}"' for column in self._columns)
        values = ", ".join(map(self._value, self._columns))
        series = self._dialect.series.format(start=start, end=end)
        query = f"{series} SELECT {values} FROM {self._original} AS o CROSS JOIN n"  # nosec
        connection.exec_driver_sql(f"INSERT INTO {self._table} ({names}) {query}")  # nosec

    def _is_numbered(self, column: sa.Column[object]) -> bool:
        """Whether the store numbers the rows itself."""
        own = str(column.type) == "INTEGER" if self._dialect is SQLITE else column.server_default is not None
        return self._alone and column.primary_key and own

    def _value(self, column: sa.Column[object]) -> str:
        dialect, name = self._dialect, f'o."{column.name}"'
        words = {"c": name, "old": self._prefix, "new": dialect.prefix.format(first=int(self._prefix, 16))}
        if column.name == RECEIPT:
            return f"substr({name}, 1, {RECEIPT_LENGTH - RECEIPT_DIGITS}) || {dialect.digits}"
        match column.type:
            case sa.LargeBinary():
                return dialect.random if column.primary_key else dialect.blob.format(**words)
            case sa.JSON():
                return dialect.text.format(**words) + dialect.cast
            case sa.String():
                return dialect.text.format(**words)
            case sa.BigInteger() if column.primary_key and self._alone:
                return f"-1 - {name} - n.k * {A_COPY}"
            case _:
                return name
