"""A lease that one process at a time holds, and that is released when the process ends in whatever way."""

from __future__ import annotations

import fcntl
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import psycopg


class Lease(Protocol):
    """Mutual exclusion between the processes that share a store."""

    def acquire(self) -> bool:
        """Try to take it, without waiting; true when this process holds it."""

    def held(self) -> bool:
        """Whether this process still holds it."""

    def release(self) -> None:
        """Give it back."""


class FileLease:
    """A lock on a file beside an SQLite store."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Try to take it, without waiting."""
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.release()
            return False
        return True

    def held(self) -> bool:
        """A file lock cannot be lost while the process lives."""
        return self._file is not None

    def release(self) -> None:
        """Close the file, which unlocks it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLease:
    """A PostgreSQL advisory lock, held by a connection of its own."""

    #: Either side notices within seconds that the other is gone, also when nothing closes the connection.
    LIVELY: ClassVar[Mapping[str, Any]] = {
        "connect_timeout": 5, "tcp_user_timeout": 5000, "keepalives_idle": 2, "keepalives_interval": 1, "keepalives_count": 3,
        "options": "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3 -c tcp_user_timeout=5000",
    }  # fmt: skip

    def __init__(self, conninfo: str, name: str) -> None:
        self._conninfo, self._key = conninfo, zlib.crc32(name.encode())
        self._connection: psycopg.Connection | None = None
        self._holding = False

    def acquire(self) -> bool:
        """Try to take it, without waiting; raises ConnectionError when the database does not answer."""
        if self._holding:
            return self.held()
        try:
            if self._connection is None:
                self._connection = psycopg.connect(self._conninfo, autocommit=True, **self.LIVELY)
            row = self._connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone()
        except psycopg.Error as error:
            self.release()
            raise ConnectionError(f"the store does not answer: {error}") from error
        self._holding = bool(row and row[0])
        return self._holding

    def held(self) -> bool:
        """Ask the connection that holds it; a lost connection has lost the lock."""
        if self._connection is None or not self._holding:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Close the connection, which unlocks it."""
        self._holding = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None
