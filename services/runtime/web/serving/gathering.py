"""The worker of the web process: one loop gathers requests and sends answers, threads work only on requests that are all here.

A slow sender costs a connection and some bytes, for as long as `arrival` allows; when there are too many, the one that has been
sending for longest is ended. A connection stays registered while a thread answers, so that between loop and threads a request
takes no system call; the loop hears of an answer only when something is left to do.
"""

from __future__ import annotations

import contextlib
import errno
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections import deque
from typing import Any, cast

import structlog
from gunicorn import sock as gunicorn_sock
from gunicorn.workers.base import Worker

from services.runtime.web.serving.answering import answer, environment
from services.runtime.web.serving.arrival import Limits
from services.runtime.web.serving.connections import NOT_NOW, Connection, Phase
from services.runtime.web.serving.head import RequestRefused
from services.runtime.web.serving.refusing import refusal

log = structlog.get_logger()
#: How often (s) the loop looks for connections that are late and tells gunicorn that it is alive.
SWEEP_SECONDS = 0.5
#: How much of requests that are still arriving may lie here (bytes), on a disk that in a container is memory.
MOST_GATHERED = 256_000_000
FULL = "Too much is being sent at once. Send the same request again in a moment."
SLOW = "Send the whole request without pauses, at 4 kB a second or faster."
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class GatheringWorker(Worker):  # type: ignore[misc]
    """A worker that gunicorn starts, with its own way of reading and writing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits: Limits = self.app.limits
        self._poller: selectors.BaseSelector
        self._open: dict[Connection, None] = {}
        self._accepting = False
        self._swept = 0.0
        self._complete: queue.SimpleQueue[Connection | None] = queue.SimpleQueue()
        #: What threads have given back with something left to do.
        self._returned: deque[Connection] = deque()

    def run(self) -> None:
        """Serve until told to stop, then finish what has begun."""
        # Made here, after the fork: a poller is not to be shared with gunicorn's own process.
        self._poller = selectors.DefaultSelector()
        self._poller.register(self.PIPE[0], READ)
        threads = [threading.Thread(target=self._work, name=f"request-{number}", daemon=True) for number in range(self.cfg.threads)]
        for thread in threads:
            thread.start()
        while self.alive and self.ppid == os.getppid():
            if len(self._open) >= self.cfg.worker_connections:
                self._make_room()
            self._take_more(len(self._open) < self.cfg.worker_connections)
            self._turn()
        self._take_more(False)
        end = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < end:
            self._end_idle()
            if not self._open:
                break
            self._turn()
        for _ in threads:
            self._complete.put(None)

    def _turn(self) -> None:
        for key, _ in self._poller.select(SWEEP_SECONDS):
            if key.data is not None:
                self._happened(key.data)
            elif key.fd == self.PIPE[0]:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.PIPE[0], 4096)
            else:
                self._accept(cast(socket.socket, key.fileobj))
        while self._returned:
            self._go_on(self._returned.popleft())
        now = time.monotonic()
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            self.notify()
            self._sweep(now)

    def _take_more(self, accepting: bool) -> None:
        """Take connections, or leave them to wait."""
        if accepting is self._accepting:
            return
        self._accepting = accepting
        for listener in self.sockets:
            listener.setblocking(False)
            if accepting:
                self._poller.register(listener, READ)
            else:
                self._poller.unregister(listener)

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        connection = Connection(sock, client, listener.getsockname(), self._limits)
        self._open[connection] = None
        if self.cfg.is_ssl:
            try:
                connection.secure(gunicorn_sock.ssl_wrap_socket(sock, self.cfg))
            except OSError:
                self._end(connection)
                return
        self._wait(connection, READ)

    def _wait(self, connection: Connection, events: int) -> None:
        """Wait for something on the socket; 0 is for nothing."""
        if events == connection.events:
            return
        if not events:
            self._poller.unregister(connection.sock)
        elif connection.events:
            self._poller.modify(connection.sock, events, connection)
        else:
            self._poller.register(connection.sock, events, connection)
        connection.events = events

    def _happened(self, connection: Connection) -> None:
        """Something can be read or sent."""
        if connection.phase is Phase.WORKING:
            # It is read on when the answer is ready; the thread sees in `events` that the loop has to be told of that.
            self._wait(connection, 0)
        self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Do what can be done now; wait for the rest."""
        if connection.phase is Phase.WORKING or connection not in self._open:
            return
        try:
            events = self._step(connection)
        except RequestRefused as error:
            self._refuse(connection, error)
        except ssl.SSLWantWriteError:
            self._wait(connection, WRITE)
        except NOT_NOW:
            self._wait(connection, READ)
        except (OSError, EOFError, ValueError):
            self._end(connection)
        else:
            self._wait(connection, events)

    def _step(self, connection: Connection) -> int:
        """Returns what to wait for."""
        match connection.phase:
            case Phase.LINGERING:
                if connection.discard():
                    return READ
                raise EOFError
            case Phase.SENDING:
                if not connection.outlet.flush():
                    return WRITE
                if not connection.keeps:
                    with contextlib.suppress(OSError):
                        connection.sock.shutdown(socket.SHUT_WR)
                    connection.enter(Phase.LINGERING)
                    return self._step(connection)
                connection.enter(Phase.REST)
            case Phase.HANDSHAKE:
                connection.sock.do_handshake()  # type: ignore[attr-defined]
                connection.enter(Phase.REST)
        if connection.read():
            connection.enter(Phase.WORKING)
            self._complete.put(connection)
        return READ

    def _refuse(self, connection: Connection, error: RequestRefused) -> None:
        log.info("request_refused", status=error.status, reason=error.detail)
        connection.outlet.unsent += refusal(error.status, error.detail, connection.arrival)
        connection.answered(keep=False)
        connection.rest = b""
        connection.enter(Phase.SENDING)
        self._go_on(connection)

    def _work(self) -> None:
        """Answer requests, on a thread, as they become complete."""
        while (connection := self._complete.get()) is not None:
            keep = self.handle(connection)
            with contextlib.suppress(OSError):
                connection.outlet.flush()
            connection.answered(keep=keep)
            if keep and self.alive and not (connection.outlet.unsent or connection.rest or connection.is_secure):
                connection.enter(Phase.REST)
                if connection.events:
                    continue
            else:
                connection.enter(Phase.SENDING)
            self._returned.append(connection)
            with contextlib.suppress(BlockingIOError):
                os.write(self.PIPE[1], b"\0")

    def handle(self, connection: Connection) -> bool:
        """Answer the request that has arrived. Returns whether another may follow."""
        arrival = connection.arrival
        if arrival is None or arrival.head is None:
            return False
        head, body = arrival.head, arrival.body
        scheme, sent = "https" if connection.is_secure else "http", connection.outlet.sent
        try:
            environ = environment(head, body.open(), body.size, connection.client, connection.server, scheme)
            return answer(self.wsgi, environ, head, connection.outlet, last=not self.alive)
        except OSError as error:
            log.debug("answer_not_taken", error=repr(error))
            connection.outlet.unsent.clear()
        except Exception:
            log.exception("request_failed", method=head.method)
            if connection.outlet.sent == sent:
                connection.outlet.unsent[:] = refusal(500, "It is in the log.", arrival)
        return False

    def _sweep(self, now: float) -> None:
        """End what is late; make room when too much is arriving."""
        for connection in [each for each in self._open if each.late(now)]:
            if connection.phase is Phase.ARRIVING:
                self._refuse(connection, RequestRefused(408, SLOW))
            else:
                self._end(connection)
        self._relieve()

    def _relieve(self) -> None:
        """Refuse the largest of the requests that are arriving until the rest fits into memory."""
        arriving = [(each.arrival.received, each) for each in self._open if each.phase is Phase.ARRIVING and each.arrival]
        total = sum(size for size, _ in arriving)
        for size, connection in sorted(arriving, key=lambda pair: pair[0], reverse=True):
            if total <= MOST_GATHERED:
                return
            total -= size
            self._refuse(connection, RequestRefused(503, FULL))

    def _end_idle(self) -> None:
        for connection in [each for each in self._open if each.phase is Phase.REST]:
            self._end(connection)

    def _make_room(self) -> None:
        """End the connection that has rested for longest, or else the one that has been waited for longest."""
        waiting = [each for each in self._open if each.phase is not Phase.WORKING]
        idle = [each for each in waiting if each.phase in (Phase.REST, Phase.LINGERING)]
        first = min(idle or waiting, key=lambda each: each.since, default=None)
        if first is not None:
            log.warning("connection_ended_for_room", phase=first.phase.name)
            self._end(first)

    def _end(self, connection: Connection) -> None:
        self._wait(connection, 0)
        del self._open[connection]
        connection.close()
