"""Statements on the driver's own cursor, within a transaction of SQLAlchemy and with its errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError


class Bare:
    """A statement on the driver's own cursor, in the transaction of a connection; its errors are those of SQLAlchemy."""

    __slots__ = ("_connection", "_cursor", "_text")

    def __init__(self, connection: Connection, text: str) -> None:
        if not connection.in_transaction():
            connection.begin()
        self._connection, self._text = connection, text
        self._cursor = connection.connection.cursor()

    def fetch(self, parameters: Any) -> tuple[Sequence[Sequence[Any]], tuple[object, ...]]:
        """All rows that it finds, and what the driver calls the types of their columns."""
        try:
            self._send(parameters)
            return self._cursor.fetchall(), tuple(column[1] for column in self._cursor.description)
        except self._error as error:
            raise self.known(error) from error

    def run(self, parameters: Any) -> int:
        """Run it once; returns how many rows it changed."""
        try:
            self._send(parameters)
        except self._error as error:
            raise self.known(error) from error
        return self._cursor.rowcount

    def run_many(self, parameters: Sequence[Any]) -> None:
        """Run it once for each of these."""
        self._tell(parameters, many=True)
        try:
            self._cursor.executemany(self._text, parameters)
        except self._error as error:
            raise self.known(error) from error

    def copy(self, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Send rows by a COPY in binary format; `types` are the server's names for those of its columns.

        In this format an error does not quote the row that it met.
        """
        self._tell(rows, many=True)
        try:
            with self._cursor.copy(self._text) as copying:
                copying.set_types(types)
                for row in rows:
                    copying.write_row(row)
        except self._error as error:
            raise self.known(error) from error

    def _send(self, parameters: Any) -> None:
        self._tell(parameters, many=False)
        self._cursor.execute(self._text, parameters)

    def _tell(self, parameters: Any, *, many: bool) -> None:
        """Listeners to the statements of the engine hear of this one too."""
        for listener in self._connection.dispatch.before_cursor_execute:
            listener(self._connection, self._cursor, self._text, parameters, None, many)

    @property
    def _error(self) -> type[Exception]:
        return self._connection.dialect.loaded_dbapi.Error

    def known(self, error: Exception) -> BaseException:
        """The error that callers know; a connection that is lost is given up."""
        dialect, raw = self._connection.dialect, self._connection.connection.dbapi_connection
        lost = dialect.is_disconnect(error, raw, self._cursor)  # type: ignore[arg-type]
        if lost:
            self._connection.invalidate(error)
        return DBAPIError.instance(
            self._text, None, error, self._error, hide_parameters=True, connection_invalidated=lost, dialect=dialect
        )


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """Statements of which nothing is to be known but that they worked: PostgreSQL gets them without a wait for each answer.

    The error of one is raised by a later one, or at the end.
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    # Loaded where there is a server: it takes 10 MB.
    import psycopg

    raw: Any = connection.connection.dbapi_connection
    if not psycopg.Pipeline.is_supported():
        yield
        return
    all_of_them = Bare(connection, "statements that were sent together")
    try:
        with raw.pipeline():
            yield
    except psycopg.Error as error:
        raise all_of_them.known(error) from error


def are_together(connection: Connection) -> bool:
    """Whether statements are being sent together on this connection."""
    raw: Any = connection.connection.dbapi_connection
    return bool(raw.pgconn.pipeline_status)
