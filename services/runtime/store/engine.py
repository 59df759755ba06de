"""How a store is opened: PostgreSQL with deadlines, an SQLite file durable, with one writer at a time."""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.exc import OperationalError

BUSY_MILLISECONDS = 15_000
#: How long (s) a writer rests between two looks whether another one has finished: doubling from the one to the other.
SHORTEST_REST, LONGEST_REST = 0.0002, 0.002
#: What a connection remembers of a file. It forgets all of it when another process writes, and the system remembers, too.
CACHE_KILOBYTES = 512
#: How long (s) a statement waits for a row that another transaction holds; PostgreSQL only.
LOCK_SECONDS = 10.0


def make_engine(url: URL, lock_seconds: float = LOCK_SECONDS) -> Engine:
    """The engine of a store; it connects when it is used."""
    both: dict[str, Any] = {
        "json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads,
        # Errors are logged, and personal data does not belong into a log.
        "hide_parameters": True,
    }  # fmt: skip
    if url.get_backend_name() != "sqlite":
        deadlines = f"-c statement_timeout=10s -c lock_timeout={lock_seconds * 1000:.0f}ms"
        # A server that is gone without a word is given up, or a thread would wait for its answer for ever.
        options = {"options": deadlines, "connect_timeout": 5, "tcp_user_timeout": 15_000}
        return sa.create_engine(url, pool_pre_ping=True, pool_size=20, connect_args=options, **both)
    engine = sa.create_engine(url, pool_size=20, connect_args={"check_same_thread": False}, **both)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None
    waits, remembers = f"busy_timeout={BUSY_MILLISECONDS}", f"cache_size=-{CACHE_KILOBYTES}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", waits, remembers, "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("huiying_read"):
        connection.exec_driver_sql("BEGIN")
        return
    # A transaction that reads first and writes later cannot wait for another writer, so writers say so at once. SQLite's own
    # wait sleeps up to a tenth of a second between looks, which is many commits long; this one looks every millisecond or two.
    raw: Any = connection.connection.dbapi_connection
    end, rest = time.monotonic() + BUSY_MILLISECONDS / 1000, SHORTEST_REST
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while not _has_begun(raw):
            if time.monotonic() > end:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # Raises the error that callers know, unless it is free just now.
                break
            time.sleep(rest)
            rest = min(2 * rest, LONGEST_REST)
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def _has_begun(raw: sqlite3.Connection) -> bool:
    # On the bare connection: half of SQLAlchemy's time for a statement that fails goes into its errors.
    try:
        raw.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            # SQLAlchemy does not wrap a driver's error that is raised in an event; callers and loops expect its own.
            raise OperationalError("BEGIN IMMEDIATE", None, error) from error
        return False
    return True


def empty_log(connection: Connection) -> None:
    """Move what is in the log beside an SQLite file into it; raises sqlite3's error when that cannot be done soon."""
    raw: Any = connection.connection.dbapi_connection
    raw.execute("PRAGMA busy_timeout=200")
    try:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


class OpenConnections:
    """A few connections for transactions, which need not be taken out of the pool and put back for each of them."""

    #: How many rest here at most, and for how long (s) one is not asked whether it still lives, unless it has said something.
    MOST, FRESH_SECONDS = 4, 1.0

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._resting: list[tuple[Connection, float]] = []

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction on one of them; one that has seen an error goes back to the pool, which cleans it."""
        connection = self._take()
        try:
            with connection.begin():
                yield connection
        except BaseException:
            connection.close()
            raise
        self._rest(connection)

    def close(self) -> None:
        """Close them and all others of the engine; it can be used again afterwards."""
        while self._resting:
            self._resting.pop()[0].close()
        self.engine.dispose()

    def _take(self) -> Connection:
        # A list takes and gives in one step, so no two threads get the same one.
        try:
            connection, since = self._resting.pop()
        except IndexError:
            return self.engine.connect()
        if time.monotonic() - since < self.FRESH_SECONDS and _is_silent(connection):
            return connection
        connection.close()
        return self.engine.connect()

    def _rest(self, connection: Connection) -> None:
        if len(self._resting) < self.MOST:
            self._resting.append((connection, time.monotonic()))
        else:
            connection.close()


def _is_silent(connection: Connection) -> bool:
    """Whether nothing has come since the last answer: a server that ends a connection says so, or the system does in its place."""
    raw: Any = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection):
        return True
    poll = select.poll()
    poll.register(raw.fileno(), select.POLLIN)
    return not poll.poll(0)
