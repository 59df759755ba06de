"""Wake-ups between processes: a process that stores a message signals, and the relay wakes at once instead of polling.

A lost signal costs at most the relay's fallback wait, never a message: the store is what counts.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import psycopg


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
