"""Units of work of several requests in one transaction, where a bad one harms only itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from services.runtime.store.outgoing.outbox import Pending
from services.runtime.store.statements.bulk import Buffer

if TYPE_CHECKING:
    from services.runtime.store.database import Transaction

T = TypeVar("T")
Ahead = Callable[[], None]
#: PostgreSQL's codes for a row that another transaction holds (the wait was too long, or the two waited for each other), and for
#: a statement that took too long.
HELD, TOO_LONG = frozenset({"55P03", "40P01"}), "57014"


class GroupBroken(Exception):
    """The transaction cannot go on, and not because of the unit that was running."""


class GroupTransaction:
    """One transaction for several units of work. Their rows wait together and are inserted together, each statement once.

    A unit that only reads and adds rows costs nothing more. Before anything else of a unit runs, what waits of the others is
    inserted, so that it is seen, and a savepoint is set, to which a unit that fails is rolled back.
    """

    def __init__(self, connection: Connection, make: Callable[[Ahead], Transaction]) -> None:
        self._connection, self._make = connection, make
        self._waiting = Buffer()
        self.said = 0
        self.messages: list[Pending] = []
        self.introduced: set[str] = set()

    def run(self, unit: Callable[[Transaction], T]) -> T:
        """Run one unit; raises what it raises, or `GroupBroken`."""
        part = _UnitPart(self._connection, self._waiting)
        work = self._make(part.mark)
        try:
            value = unit(work)
        except BaseException as error:
            part.undo(error)
            raise
        part.keep()
        if not self._waiting.takes(work.buffer):
            self.flush()
        self._waiting.take(work.buffer)
        self.keep(work)
        return value

    def open(self) -> Transaction:
        """For one unit that runs before all others, and with which the whole transaction fails; to be kept when it has run."""
        return self._make(lambda: None)

    def keep(self, work: Transaction) -> None:
        """Let the messages of a unit leave with those of the others."""
        self.said += work.said
        self.messages += work.messages
        self.introduced |= work.introduced

    def flush(self) -> None:
        """Insert what waits; raises `GroupBroken`."""
        _run(self._waiting, self._connection)


class _UnitPart:
    """The part of a transaction that belongs to one unit."""

    def __init__(self, connection: Connection, waiting: Buffer) -> None:
        self._connection, self._waiting = connection, waiting
        self._marked = False
        self._broken: GroupBroken | None = None

    def mark(self) -> None:
        """Before the unit changes something, or may wait for a row: a place to come back to."""
        if self._marked:
            return
        try:
            _run(self._waiting, self._connection)
        except GroupBroken as error:
            # Remembered, because the unit may take it for an error of its own and catch it.
            self._broken = error
            raise
        self._connection.exec_driver_sql("SAVEPOINT unit")
        self._marked = True

    def undo(self, error: BaseException) -> None:
        """Take back what the unit did; raises `GroupBroken` where that is not possible."""
        if self._broken is not None:
            raise self._broken
        if self._marked:
            try:
                self._connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
                self._connection.exec_driver_sql("RELEASE SAVEPOINT unit")
            except DBAPIError as lost:
                raise GroupBroken from lost
        elif isinstance(error, DBAPIError) and self._connection.dialect.name != "sqlite":
            # PostgreSQL goes on with nothing after a statement that failed outside of a savepoint.
            raise GroupBroken from error

    def keep(self) -> None:
        """Go on after the unit."""
        if self._broken is not None:
            raise self._broken
        if self._marked:
            self._connection.exec_driver_sql("RELEASE SAVEPOINT unit")


def _run(waiting: Buffer, connection: Connection) -> None:
    try:
        waiting.run(connection)
    except Exception as error:
        raise GroupBroken from error


def is_held(error: BaseException) -> bool:
    """Whether a unit met a row that another transaction holds, and was not given the time to wait for it."""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) in HELD


def is_of_the_store(error: BaseException) -> bool:
    """Whether the store cannot be written to, by whomever."""
    return isinstance(error, OperationalError) and not is_held(error) and getattr(error.orig, "sqlstate", None) != TOO_LONG


def only_reads(statement: sa.Executable) -> bool:
    """Whether a statement changes nothing and waits for nobody."""
    return isinstance(statement, sa.SelectBase) and getattr(statement, "_for_update_arg", None) is None
