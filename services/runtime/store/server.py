"""What a store at a PostgreSQL server has in place of files beside it: leases and wake-ups on connections of their own.

Loaded where there is a server: its driver takes 10 MB.
"""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import psycopg


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


class NotifyWakeUp:
    """PostgreSQL's LISTEN and NOTIFY, each on a connection of its own, so that no commit waits for a notification.

    Rings are sent by a thread that joins those that arrive meanwhile into one.
    """

    #: Who has waited this recently (s) is taken to be waiting or at work in this process, and is woken without the database.
    PRESENT_SECONDS = 2.0
    REST_SECONDS = 0.5

    def __init__(self, conninfo: str, channel: str) -> None:
        self._conninfo, self._channel = conninfo, channel
        self._due, self._heard, self._closed = threading.Event(), threading.Event(), threading.Event()
        self._present_until = 0.0
        self._threads: dict[str, threading.Thread] = {}
        self._starting = threading.Lock()

    def signal(self) -> None:
        """Wake a waiting thread of this process directly, and other processes through the database."""
        if time.monotonic() < self._present_until:
            self._heard.set()
            return
        self._due.set()
        self._ensure("wake-up-ringer", self._send)

    def wait(self, timeout: float) -> None:
        """Wait for a notification; the first call starts listening."""
        self._ensure("wake-up-listener", self._listen)
        self._present_until = time.monotonic() + timeout + self.PRESENT_SECONDS
        self._heard.wait(timeout)
        # Before the caller reads the store, so that what is stored after that signals again.
        self._heard.clear()

    def close(self) -> None:
        """End both threads and their connections."""
        self._closed.set()
        self._due.set()
        for thread in self._threads.values():
            thread.join(2.0)

    def _ensure(self, name: str, run: Callable[[psycopg.Connection], None]) -> None:
        if name in self._threads:
            return
        with self._starting:
            if name not in self._threads:
                thread = threading.Thread(target=self._again_and_again, args=(run,), name=name, daemon=True)
                self._threads[name] = thread
                thread.start()

    def _again_and_again(self, run: Callable[[psycopg.Connection], None]) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(psycopg.Error), psycopg.connect(self._conninfo, autocommit=True, connect_timeout=5) as line:
                run(line)
            self._closed.wait(self.REST_SECONDS)

    def _send(self, line: psycopg.Connection) -> None:
        line.execute("SET synchronous_commit = off")
        while self._due.wait() and not self._closed.is_set():
            self._due.clear()
            try:
                line.execute(f'NOTIFY "{self._channel}"')
            except psycopg.Error:
                self._due.set()
                raise

    def _listen(self, line: psycopg.Connection) -> None:
        line.execute(f'LISTEN "{self._channel}"')
        # What was stored while nobody listened has rung in vain.
        self._heard.set()
        while not self._closed.is_set():
            for _ in line.notifies(timeout=0.5):
                self._heard.set()
