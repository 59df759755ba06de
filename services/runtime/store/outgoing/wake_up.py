"""Wake-ups between processes: a process that stores a message signals, and the relay wakes at once instead of polling.

A lost signal costs at most the relay's fallback wait, never a message: the store is what counts.
"""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path
from typing import Protocol


class WakeUp(Protocol):
    """Wakes the one relay of a store, from any process."""

    def signal(self) -> None:
        """Wake the process that waits; never blocks, never fails."""

    def wait(self, timeout: float) -> None:
        """Return when rung since the last return, or after `timeout` seconds."""

    def close(self) -> None:
        """Give up what it holds."""


class FifoWakeUp:
    """A named pipe beside an SQLite file."""

    def __init__(self, path: Path) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def signal(self) -> None:
        """Put a byte into the pipe; a full pipe has been rung already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._pipe, b"!")

    def wait(self, timeout: float) -> None:
        """Wait for a byte and take all there are."""
        ready, _, _ = select.select([self._pipe], [], [], timeout)
        if ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._pipe, 65536)

    def close(self) -> None:
        """Close the pipe; its name stays for the others."""
        os.close(self._pipe)


def notifying(conninfo: str, channel: str) -> WakeUp:
    """A channel in PostgreSQL, whose driver is loaded for it."""
    from services.runtime.store.server import NotifyWakeUp

    return NotifyWakeUp(conninfo, channel)
