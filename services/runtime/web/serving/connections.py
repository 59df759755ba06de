"""One connection of the web process: input is collected and output is sent without blocking a thread."""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from enum import Enum, auto
from typing import Any

from services.runtime.web.serving.arrival import BODY_SECONDS, HEAD_SECONDS, LEAST_RATE, Arrival, Limits

#: How much is read from one connection before others have their turn, and how much of an answer may wait for a slow reader
#: before the thread that makes it waits too (bytes).
PIECE, READ_AT_ONCE, MOST_UNSENT = 65_536, 262_144, 1_000_000
#: How long (s) a connection may rest between two requests, and how long and how much (bytes) is read on after a last answer,
#: so that the reset for what nobody read does not overtake it.
REST_SECONDS, LINGER_SECONDS, MOST_LINGERED = 30.0, 3.0, 32_000_000
NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Phase(Enum):
    """What a connection waits for: the other side, or in `WORKING` the thread that answers, to which it belongs meanwhile."""

    HANDSHAKE = auto()
    REST = auto()
    ARRIVING = auto()
    WORKING = auto()
    SENDING = auto()
    LINGERING = auto()


class Outlet:
    """The socket an answer is written to: passes on what the kernel accepts at once and keeps the rest.

    The first piece, which is the head, waits for the second, so that a short answer leaves in one packet.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.unsent, self.sent = bytearray(), 0
        self._begun = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sock, name)

    def sendall(self, data: bytes) -> None:
        """Take everything; raises TimeoutError when the other side does not read at the least rate while too much waits."""
        self.unsent += data
        if not self._begun:
            self._begun = True
            return
        self.flush()
        end = time.monotonic() + BODY_SECONDS
        while len(self.unsent) > MOST_UNSENT:
            waiting = select.poll()
            waiting.register(self.sock, select.POLLOUT)
            if time.monotonic() > end or not waiting.poll(1000 * BODY_SECONDS):
                raise TimeoutError("the answer is not read")
            self.flush()

    def send(self, data: bytes) -> int:
        """Take everything."""
        self.sendall(data)
        return len(data)

    def flush(self) -> bool:
        """Send what can be sent now; returns whether that was all."""
        self._begun = False if not self.unsent else self._begun
        while self.unsent:
            try:
                with memoryview(self.unsent) as waiting, waiting[:MOST_UNSENT] as piece:
                    count = self.sock.send(piece)
            except NOT_NOW:
                return False
            del self.unsent[:count]
            self.sent += count
        return True


class Connection:
    """A client's connection and its state. A thread holds it only while it answers a complete request."""

    def __init__(self, sock: socket.socket, client: Any, server: Any, limits: Limits) -> None:
        sock.setblocking(False)
        self.sock, self.client, self.server = sock, client, server
        self.phase = Phase.REST
        self.arrival: Arrival | None = None
        self.outlet = Outlet(sock)
        self.rest, self.keeps, self.lingered = b"", True, 0
        self.since, self.used = time.monotonic(), False
        #: What the loop waits for on the socket at the moment.
        self.events = 0
        self._limits = limits

    @property
    def is_secure(self) -> bool:
        """Whether it speaks TLS."""
        return isinstance(self.sock, ssl.SSLSocket)

    def secure(self, sock: ssl.SSLSocket) -> None:
        """Speak TLS from now on, the handshake first."""
        self.sock, self.outlet, self.phase = sock, Outlet(sock), Phase.HANDSHAKE

    def enter(self, phase: Phase) -> None:
        """Wait for something else from now on."""
        # The phase last: with it a thread gives the connection back to the loop.
        self.since = time.monotonic()
        self.phase = phase

    def read(self) -> bool:
        """Read what has arrived; returns whether a request is complete. Raises `RequestRefused`, and EOFError at the end."""
        if self.rest:
            data, self.rest = self.rest, b""
            self._feed(data)
        taken = 0
        while self.arrival is None or not self.arrival.complete:
            try:
                data = self.sock.recv(PIECE)
            except NOT_NOW:
                return False
            if not data:
                raise EOFError
            self._feed(data)
            taken += len(data)
            # What TLS has decrypted already makes no socket readable, so that is read first.
            if taken > READ_AT_ONCE and not getattr(self.sock, "pending", int)():
                break
        return self.arrival is not None and self.arrival.complete

    def _feed(self, data: bytes) -> None:
        if self.arrival is None:
            self.arrival = Arrival(self._limits, time.monotonic())
            self.enter(Phase.ARRIVING)
        self.arrival.feed(data)
        if self.arrival.complete:
            self.rest = self.arrival.rest
        elif self.arrival.expects:
            self.arrival.expects = False
            self.outlet.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.outlet.flush()

    def answered(self, *, keep: bool) -> None:
        """Finish a request; `keep` says whether another may follow on this connection."""
        self.used, self.keeps = True, keep
        if self.arrival is not None:
            self.arrival.close()
        self.arrival = None

    def discard(self) -> bool:
        """Read on after the last answer; returns whether that may go on."""
        with contextlib.suppress(*NOT_NOW):
            while self.lingered < MOST_LINGERED:
                data = self.sock.recv(PIECE)
                self.lingered += len(data)
                if not data:
                    return False
            return False
        return True

    def late(self, now: float) -> bool:
        """Whether the connection has waited longer than it may."""
        waited = now - self.since
        match self.phase:
            case Phase.WORKING:
                return False
            case Phase.ARRIVING:
                return self.arrival is not None and self.arrival.late(now)
            case Phase.SENDING:
                return waited > BODY_SECONDS + self.outlet.sent / LEAST_RATE
            case Phase.LINGERING:
                return waited > LINGER_SECONDS
            case Phase.REST if self.used:
                return waited > REST_SECONDS
        return waited > HEAD_SECONDS

    def close(self) -> None:
        """End it."""
        if self.arrival is not None:
            self.arrival.close()
        with contextlib.suppress(OSError):
            self.sock.close()
