"""A bell between processes: whoever stores a message rings, the relay wakes at once instead of polling.

A lost ring costs at most the relay's fallback wait, never a message: the store is what counts.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
from pathlib import Path
from typing import Protocol

import psycopg


class Bell(Protocol):
    """Wakes the one relay of a store, from any process."""

    def ring(self) -> None:
        """Wake whoever waits; never blocks, never fails."""

    def wait(self, timeout: float) -> None:
        """Return when rung since the last return, or after `timeout` seconds."""


class FifoBell:
    """A named pipe beside an SQLite file."""

    def __init__(self, path: Path) -> None:
        with contextlib.suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def ring(self) -> None:
        """Put a byte into the pipe; a full pipe has been rung already."""
        with contextlib.suppress(BlockingIOError):
            os.write(self._pipe, b"!")

    def wait(self, timeout: float) -> None:
        """Wait for a byte and take all there are."""
        ready, _, _ = select.select([self._pipe], [], [], timeout)
        if ready:
            with contextlib.suppress(BlockingIOError):
                os.read(self._pipe, 65536)


class NotifyBell:
    """PostgreSQL's LISTEN and NOTIFY, each on a connection of its own, so that no commit waits for a notification.

    Rings are sent by a thread that joins those that arrive meanwhile into one.
    """

    def __init__(self, conninfo: str, channel: str) -> None:
        self._conninfo, self._channel = conninfo, channel
        self._due, self._heard = threading.Event(), threading.Event()
        self._listener: threading.Thread | None = None
        self._ringer: threading.Thread | None = None
        self._starting = threading.Lock()

    def ring(self) -> None:
        """Wake a waiting thread of this process directly, and other processes through the database."""
        if self._listener is not None:
            self._heard.set()
            return
        self._due.set()
        if self._ringer is None:
            with self._starting:
                if self._ringer is None:
                    self._ringer = threading.Thread(target=self._send, name="bell-ringer", daemon=True)
                    self._ringer.start()

    def wait(self, timeout: float) -> None:
        """Wait for a notification; the first call starts listening."""
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="bell-listener", daemon=True)
            self._listener.start()
        self._heard.wait(timeout)
        self._heard.clear()

    def _send(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error), psycopg.connect(self._conninfo, autocommit=True) as connection:
                connection.execute("SET synchronous_commit = off")
                while True:
                    self._due.wait()
                    self._due.clear()
                    connection.execute(f'NOTIFY "{self._channel}"')
            threading.Event().wait(1.0)

    def _listen(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error), psycopg.connect(self._conninfo, autocommit=True) as connection:
                connection.execute(f'LISTEN "{self._channel}"')
                self._heard.set()
                for _ in connection.notifies():
                    self._heard.set()
            threading.Event().wait(1.0)
