"""A lease that one process at a time holds, and that is released when the process ends in whatever way."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Protocol


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


def lease_at_server(conninfo: str, name: str) -> Lease:
    """A lock in PostgreSQL, whose driver is loaded for it."""
    from services.runtime.store.server import AdvisoryLease

    return AdvisoryLease(conninfo, name)
