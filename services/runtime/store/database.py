"""The store of a service: SQLAlchemy on SQLite or PostgreSQL, durable commits, state and messages in one transaction."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, make_url
from sqlalchemy.types import TypeDecorator

from services.contracts.envelope import EncodedEvent, Event, encode
from services.contracts.messages.values import Message
from services.contracts.topology import Destinations, destinations, lane
from services.runtime.clock import ZONE, Clock, new_id
from services.runtime.store import engine as engines
from services.runtime.store.commits.committer import Committer, Lost
from services.runtime.store.commits.group import GroupTransaction, only_reads
from services.runtime.store.lease import FileLease, Lease, lease_at_server
from services.runtime.store.outgoing.outbox import Pending
from services.runtime.store.outgoing.post import Carrier, posting
from services.runtime.store.outgoing.wake_up import FifoWakeUp, WakeUp, notifying
from services.runtime.store.statements import bulk
from services.runtime.store.statements.bulk import Buffer, Found, insert_into, run_many

log = structlog.get_logger()
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
#: Under what a connection knows the instant of its transaction.
BEGUN = "begun"
#: How long (s) a unit of work that shares a transaction waits for a row that another one holds, before it goes on alone.
SHARED_LOCK_SECONDS = 0.05
T = TypeVar("T")


class Instant(TypeDecorator[datetime]):
    """An instant, kept as whole microseconds since 1970 so that both databases compare and index it alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        """Aware datetime to microseconds."""
        return _microseconds(value)

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], int | None]:
        """The same without the wrapper that SQLAlchemy calls for each value: there are dozens in a row."""
        return _microseconds

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Microseconds to an aware datetime in the local zone."""
        return None if value is None else (EPOCH + value * MICROSECOND).astimezone(ZONE)


@lru_cache(maxsize=2048)  # A transaction writes one and the same instant in many places.
def _microseconds(value: datetime | None) -> int | None:
    return None if value is None else (value - EPOCH) // MICROSECOND


class Transaction:
    """One unit of work: statements, buffered inserts and messages, all committed together or not at all."""

    def __init__(self, connection: Connection, source: str, now: datetime, ahead: Callable[[], None] = lambda: None) -> None:
        self._connection, self.source, self.now, self._ahead = connection, source, now, ahead
        #: How many messages were put into the outbox by other means, so that the relay is woken.
        self.said = 0
        self.messages: list[Pending] = []
        #: Subjects about which nothing was ever published before.
        self.introduced: set[str] = set()
        self.buffer = Buffer()

    @property
    def connection(self) -> Connection:
        """For statements of other modules; what was added so far may not be there yet."""
        self._ahead()
        return self._connection

    def add(self, table: sa.Table, row: Mapping[str, object]) -> None:
        """Insert a row, together with others of its table, before the next statement or the commit."""
        self.buffer.add(insert_into(table), row)

    def defer(self, statement: sa.Executable, parameters: Mapping[str, object]) -> None:
        """Run a statement with these parameters, together with others of the same statement, at the next flush.

        To be called with a statement that is made once, which is compiled once.
        """
        self.buffer.add(statement, parameters)

    def execute(self, statement: sa.Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement after everything added so far."""
        self._get_ready(statement)
        return self._connection.execute(statement, parameters)

    def fetch(self, statement: bulk.Finding, parameters: Mapping[str, object] | None = None) -> list[Found]:
        """What a statement that is made once finds after everything added so far."""
        self._get_ready(statement)
        return bulk.fetch(self._connection, statement, parameters)

    def run_many(self, statement: sa.Executable, rows: Sequence[Mapping[str, object]]) -> None:
        """Run a statement that is made once for each row, after everything added so far."""
        self.flush()
        run_many(self.connection, statement, rows)

    def publish(
        self,
        message: Message,
        *,
        subject: str,
        sequence: int,
        message_id: str | None = None,
        correlation_id: str | None = None,
        to: Destinations | None = None,
        withheld: Collection[str] = (),
        session: str | None = None,
    ) -> EncodedEvent:
        """Put a message into the outbox; it leaves after the commit. Returns it as it leaves.

        `message_id` is given where a repetition is to be known as one, `to` where it does not go where its kind goes. The fields
        in `withheld` are left out of its data. `session` goes into the envelope.
        """
        event = Event(message_id or new_id(), f"/{self.source}", subject, self.now, sequence, message, session)
        places, body = destinations(message) if to is None else to, encode(event, withheld)
        for place in places:
            self.messages.append(Pending(event.id, lane(subject, place), (place,), body, message.TYPE, correlation_id or ""))
        return EncodedEvent(event, body)

    def overwrite(self) -> None:
        """From here on, what is deleted or replaced is overwritten in the file (SQLite only)."""
        if self.connection.dialect.name == "sqlite":
            self.connection.exec_driver_sql("PRAGMA secure_delete=ON")

    def hold(self, lock: sa.Executable) -> None:
        """Wait for a lock of PostgreSQL, held until the commit; an SQLite file has one writer at a time anyway."""
        if self.connection.dialect.name == "postgresql":
            self.execute(lock)

    def flush(self) -> None:
        """Send what was added to the database, each statement once with all its parameters, in the order they were first used."""
        if self.buffer:
            self.buffer.run(self.connection)

    def _get_ready(self, statement: sa.Executable) -> None:
        if self.buffer or not only_reads(statement):
            self._ahead()
            self.buffer.run(self._connection)


class Database:
    """Opens transactions on one store. `source` is the service's name."""

    def __init__(self, url: str, source: str, clock: Clock) -> None:
        self.url, self.source, self.clock = make_url(url), source, clock
        self.engine = engines.make_engine(self.url)
        self._open = self._shared = engines.OpenConnections(self.engine)
        if not self.is_sqlite:
            self._shared = engines.OpenConnections(engines.make_engine(self.url, SHARED_LOCK_SECONDS))
        self._committer = Committer(lambda: self._group(self._shared), self._alone)
        #: What sends from memory what this process publishes; without it the relay does.
        self.carrier: Carrier | None = None
        self._wake_up: WakeUp | None = None
        self._hanging, self._writing = threading.Lock(), threading.Lock()

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is one file."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A writing transaction: durable when the block ends, rolled back when it raises. Wakes the relay after publishing.

        What other threads have handed to `write_later` comes along.
        """
        with self._committer.companions() as companions, self._group(self._open) as group:
            work = group.open()
            yield work
            work.flush()
            group.keep(work)
            companions(group)

    def write(self, unit: Callable[[Transaction], T]) -> T:
        """Run a short unit of work, in one transaction with those of other threads; returns its result once that is durable.

        An error in it harms no other one. It may run in another thread, and more than once: it may change nothing but the store.
        """
        return self._committer.write(unit)

    def write_later(self, unit: Callable[[Transaction], None], lost: Lost) -> None:
        """Run a unit of work soon, without waiting for it; `lost` is told the error when it cannot be stored."""
        self._committer.write_later(unit, lost)

    @contextmanager
    def _group(self, connections: engines.OpenConnections) -> Iterator[GroupTransaction]:
        with posting(self.carrier, self._wake) as post, self._turn(), connections.begin() as connection:
            now = connection.info[BEGUN] = self.clock.now()
            group = GroupTransaction(connection, lambda ahead: Transaction(connection, self.source, now, ahead))
            yield group
            group.flush()
            post.left += group.said
            post.store(connection, group.messages, group.introduced, now)

    def _alone(self, unit: Callable[[Transaction], T]) -> T:
        with self.transaction() as work:
            return unit(work)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # A file has one writer at a time. Threads of this process queue for it here, where waiting costs nothing; other
        # processes have to poll, and so does a thread that timed out here, until the store reports the error.
        taken = self.is_sqlite and self._writing.acquire(timeout=engines.BUSY_MILLISECONDS / 1000)
        try:
            yield
        finally:
            if taken:
                self._writing.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads and never waits for writers."""
        with self.engine.connect().execution_options(huiying_read=True) as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that only reads, and sees all of one moment, however many statements it runs."""
        with self.reading() as connection:
            # A read of an SQLite file is of one moment by itself.
            yield connection if self.is_sqlite else connection.execution_options(isolation_level="REPEATABLE READ")

    @property
    def wake_up(self) -> WakeUp:
        """What wakes this store's relay."""
        with self._hanging:
            if self._wake_up is None:
                channel = f"{self.source}_outbox"
                self._wake_up = FifoWakeUp(self._beside("bell")) if self.is_sqlite else notifying(self.conninfo, channel)
            return self._wake_up

    def _wake(self) -> None:
        self.wake_up.signal()

    def lease(self, name: str) -> Lease:
        """A lease that one process on this store can hold."""
        return FileLease(self._beside(name)) if self.is_sqlite else lease_at_server(self.conninfo, f"{self.source}.{name}")

    def close(self) -> None:
        """Close the pooled connections and the wake-up; the store can be used again afterwards."""
        if self.carrier is not None:
            self.carrier.close()
        self._committer.close()
        self._shared.close()
        self._open.close()
        with self._hanging:
            if self._wake_up is not None:
                self._wake_up.close()
                self._wake_up = None

    def tidy(self) -> None:
        """After something was overwritten: let no older copy of it stay in the log beside the file, if nobody is reading it now."""
        if self.is_sqlite:
            with self.engine.connect() as connection:
                try:
                    engines.empty_log(connection)
                except sqlite3.OperationalError as error:
                    # The change is committed; on a full disk the log cannot be moved now, but perhaps the next time.
                    log.warning("store_not_tidied", service=self.source, error=repr(error))

    def ping(self) -> None:
        """Raises an SQLAlchemy error when the store does not answer."""
        with self.reading() as connection:
            connection.execute(sa.text("SELECT 1"))

    def free_bytes(self) -> int | None:
        """What is free on the disk of an SQLite file; None where only the server knows. Raises OSError when the folder is away."""
        return shutil.disk_usage(self._beside("db").parent).free if self.is_sqlite else None

    @property
    def conninfo(self) -> str:
        """The URL in the form that PostgreSQL's own library reads."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def _beside(self, suffix: str) -> Path:
        return Path(f"{self.url.database}.{suffix}")


#: The insert with ON CONFLICT of each kind of store.
INSERTS: Mapping[str, Callable[[sa.Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
