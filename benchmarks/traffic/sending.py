"""Sends opinions over keep-alive connections in one event loop, so that the sender costs little beside what is measured."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence

import msgspec

#: Seconds without any answer after which a run is given up; how long a refused connection rests.
PATIENCE, REST = 60.0, 0.1
BLOCK = 65_536
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
GOODBYE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
ID = re.compile(rb'"id": *"([^"]+)"')


class Stalled(Exception):
    """Nothing was answered for too long."""


class Target(msgspec.Struct, frozen=True):
    """Where opinions are posted to, with an access token or as anybody."""

    host: str
    port: int
    path: str
    token: str = ""

    def request(self, body: bytes, kind: str = "application/json", path: str = "") -> bytes:
        """A whole HTTP request."""
        token = f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head = f"POST {path or self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nContent-Type: {kind}\r\n{token}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Sent(msgspec.Struct, array_like=True, frozen=True):
    """One opinion: the monotonic seconds when it was due and when it was answered, the status (0 for none), its id."""

    due: float
    done: float
    status: int
    id: str


class _Line:
    """A connection with at most one request on its way."""

    def __init__(self, target: Target) -> None:
        self._target, self._received = target, b""
        self.socket: socket.socket | None = None
        self.due = 0.0

    def send(self, request: bytes, due: float) -> bool:
        """Whether the target took a connection; an answer or the end of it is to be waited for then."""
        try:
            if self.socket is None:
                self.socket = socket.create_connection((self._target.host, self._target.port), timeout=PATIENCE)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:
            return False
        self.due, self._received = due, b""
        # If this fails, the end of the connection is read in place of an answer.
        with contextlib.suppress(OSError):
            self.socket.sendall(request)
        return True

    def receive(self, line: socket.socket) -> Sent | None:
        """The opinion once its answer is complete."""
        try:
            block = line.recv(BLOCK)
        except OSError:
            block = b""
        now = time.monotonic()
        if not block:
            self.close()
            return Sent(self.due, now, 0, "")
        self._received += block
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = CONTENT_LENGTH.search(head) if end else None
        if length is None or len(body) < int(length[1]):
            return None
        if GOODBYE.search(head):
            self.close()
        found = ID.search(body)
        return Sent(self.due, now, int(head[9:12]), found[1].decode() if found else "")

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def send_singly(target: Target, bodies: Sequence[bytes], connections: int, rate: float | None = None) -> list[Sent]:
    """Post every body, in the order of the answers.

    Without a rate each connection sends its next one after its answer. With one, opinion i is due `i / rate` seconds after the
    start whatever the target does, and waits for a free connection if there is none.
    """
    requests = deque(map(target.request, bodies))
    idle, resting = deque(_Line(target) for _ in range(connections)), list[tuple[float, int, _Line]]()
    sent, ticket = list[Sent](), itertools.count()
    poller = selectors.DefaultSelector()
    started = heard = time.monotonic()
    dues = (started + number / rate for number in range(len(bodies))) if rate else itertools.repeat(0.0)
    due = next(dues, 0.0)
    while len(sent) < len(bodies):
        now = time.monotonic()
        if now - heard > PATIENCE:
            raise Stalled(f"no answer for {PATIENCE:.0f} s after {len(sent)} of {len(bodies)}")
        while resting and resting[0][0] <= now:
            idle.append(heapq.heappop(resting)[2])
        while idle and requests and due <= now:
            line = idle.popleft()
            if line.send(requests[0], due or now) and line.socket is not None:
                poller.register(line.socket, selectors.EVENT_READ, line)
                requests.popleft()
                due = next(dues, 0.0)
            else:
                heapq.heappush(resting, (now + REST, next(ticket), line))
        until_due = due - now if rate and idle and requests else REST
        for key, _ in poller.select(max(0.0, min(REST, until_due))):
            if (each := key.data.receive(key.fileobj)) is not None:
                poller.unregister(key.fileobj)
                idle.append(key.data)
                sent.append(each)
                heard = each.done
    for line in idle:
        line.close()
    return sent
