"""The worker of the web process: one loop gathers requests and sends answers, threads work only on requests that are all here.

Gunicorn's own threads read the request themselves, so that as many slow senders as there are threads silence the process. Here
a slow sender costs a connection and some bytes, for as long as `arrival` allows; when there are too many, the one that has been
sending for longest is ended.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import ssl
import time
from functools import partial
from typing import Any

import orjson
import structlog
from gunicorn import sock as gunicorn_sock
from gunicorn.http import get_parser
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.http.unreader import IterUnreader
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from services.contracts.errors import STATUSES, Unavailable, status_of
from services.runtime.web.problems import PROBLEM, wording
from services.runtime.web.serving.arrival import IN_MEMORY, Arrival, BodyBuffer, Limits, RequestRefused
from services.runtime.web.serving.connections import NOT_NOW, Connection, Phase

log = structlog.get_logger()
#: How often (s) the loop looks for connections that are late.
SWEEP_SECONDS = 0.5
TITLES = {row.status: (row.slug, row.title) for row in STATUSES.values()} | {
    400: ("not-http", "The request is not HTTP as it should be"),
    408: ("too-slow", "The request did not arrive in time"),
    414: ("address-too-long", "The address is too long"),
    417: ("expectation", "What the request expects is not offered"),
    431: ("head-too-large", "The head of the request is too large"),
    500: ("internal", "Something went wrong here"),
    501: ("not-implemented", "Not done here"),
    503: ("unavailable", "Not available right now"),
}
#: How much of requests that are still arriving may lie here (bytes), on a disk that in a container is memory.
MOST_GATHERED = 256_000_000
FULL = "Too much is being sent at once. Send the same request again in a moment."
SLOW = "Send the whole request without pauses, at 4 kB a second or faster."


def refusal(status: int, detail: str, arrival: Arrival | None) -> bytes:
    """The complete answer to a request that never reached an application: a problem document; the connection ends."""
    request_id, asked = arrival.refused_as() if arrival else (None, "")
    slug, title = TITLES.get(status, (f"http-{status}", "This request cannot be answered"))
    told, language = wording(status, slug, title, detail, parse_accept_header(asked, LanguageAccept))
    body = orjson.dumps(told)
    head = (
        f"HTTP/1.1 {status} {title}\r\nContent-Type: {PROBLEM}\r\nContent-Language: {language}\r\nVary: Accept-Language\r\n"
        f"Content-Length: {len(body)}\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n"
    ).encode()
    named = b"X-Request-ID: " + request_id + b"\r\n" if request_id else b""
    later = b"Retry-After: 5\r\n" if status == status_of(Unavailable("")).status else b""
    return head + named + later + b"\r\n" + body


class _Words:
    """Records what gunicorn writes about a request it cannot read."""

    def __init__(self) -> None:
        self.said = b""

    def sendall(self, data: bytes) -> None:
        self.said += data

    def gettimeout(self) -> float:
        return 0.0


class GatheringWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker with threads, with its own way of reading and writing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits: Limits = self.app.limits
        # In the order in which they began to wait.
        self._waiting: dict[Connection, None] = {}
        self._swept = 0.0

    def accept(self, listener: socket.socket) -> None:
        """Take a connection that has come."""
        try:
            sock, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._make_room()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return
        self.nr_conns += 1
        connection = Connection(sock, client, listener.getsockname(), self._limits)
        if self.cfg.is_ssl:
            try:
                connection.secure(gunicorn_sock.ssl_wrap_socket(sock, self.cfg))
            except OSError:
                self._end(connection)
                return
        self._wait(connection)

    def _wait(self, connection: Connection, events: int = selectors.EVENT_READ) -> None:
        self._waiting[connection] = None
        self.poller.register(connection.sock, events, partial(self._ready, connection))

    def _unwait(self, connection: Connection) -> None:
        del self._waiting[connection]
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(connection.sock)

    def _ready(self, connection: Connection, _: Any) -> None:
        """Something can be read or sent."""
        if connection in self._waiting:
            self._unwait(connection)
            self._go_on(connection)

    def _go_on(self, connection: Connection) -> None:
        """Do what can be done now; wait for the rest."""
        try:
            events = self._step(connection)
        except RequestRefused as error:
            self._refuse(connection, error)
        except ssl.SSLWantWriteError:
            self._wait(connection, selectors.EVENT_WRITE)
        except NOT_NOW:
            self._wait(connection)
        except (OSError, EOFError, ValueError):
            self._end(connection)
        else:
            if events:
                self._wait(connection, events)

    def _step(self, connection: Connection) -> int:
        """Returns what to wait for; 0 when a thread has the connection now or it has ended."""
        match connection.phase:
            case Phase.LINGERING:
                if connection.discard():
                    return selectors.EVENT_READ
                raise EOFError
            case Phase.SENDING:
                if not connection.outlet.flush():
                    return selectors.EVENT_WRITE
                return self._sent(connection)
            case Phase.HANDSHAKE:
                connection.sock.do_handshake()  # type: ignore[attr-defined]
                connection.enter(Phase.REST)
        if connection.read():
            self.enqueue_req(connection)
            return 0
        return selectors.EVENT_READ

    def _sent(self, connection: Connection) -> int:
        """An answer has left as a whole."""
        if not connection.keeps:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_WR)
            connection.enter(Phase.LINGERING)
        else:
            connection.enter(Phase.REST)
        if connection.rest or isinstance(connection.sock, ssl.SSLSocket):
            # What is here already makes no socket readable.
            return self._step(connection)
        return selectors.EVENT_READ

    def _refuse(self, connection: Connection, error: RequestRefused) -> None:
        log.info("request_refused", status=error.status, reason=error.detail)
        connection.outlet.unsent += refusal(error.status, error.detail, connection.arrival)
        connection.answered(keep=False)
        connection.rest = b""
        connection.enter(Phase.SENDING)
        self._go_on(connection)

    def handle(self, connection: Connection) -> bool:
        """Answer the request that has arrived; on a thread. Returns whether another may follow."""
        request, arrival = None, connection.arrival
        if arrival is None:
            return False
        try:
            parser = get_parser(self.cfg, arrival.pieces(), connection.client)
            request = next(parser)
            if isinstance(request.body.reader, ChunkedReader):
                _unchunk(request)
            keep: bool = self.handle_request(request, _Speaker(connection))
        except (NoMoreData, StopIteration):
            keep = False
        except OSError as error:
            log.debug("answer_not_taken", error=repr(error))
            connection.outlet.unsent.clear()
            keep = False
        except Exception as error:
            self._explain(request, connection, error)
            keep = False
        with contextlib.suppress(OSError):
            connection.outlet.flush()
        return keep

    def _explain(self, request: Any, connection: Connection, error: Exception) -> None:
        """Gunicorn classifies and logs the error; the caller gets it as a problem document."""
        words = _Words()
        self.handle_error(request, words, connection.client, error)
        status = int(words.said.split(b" ", 2)[1]) if words.said else 500
        detail = "It is in the log." if status == 500 else str(error)[:200]
        connection.outlet.sendall(refusal(status, detail, connection.arrival))

    def finish_request(self, connection: Connection, future: Any) -> None:
        """A thread is done with a connection; on the loop."""
        failed = future.cancelled() or future.exception() is not None
        connection.answered(keep=not failed and future.result())
        if failed and not future.cancelled():
            log.error("connection_failed", exc_info=future.exception())
        connection.enter(Phase.SENDING)
        self._go_on(connection)

    def murder_pending(self) -> None:
        """End what is late; makes room when there is none. Called by gunicorn in each turn of its loop."""
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        now = time.monotonic()
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        for connection in [each for each in self._waiting if each.late(now)]:
            self._unwait(connection)
            if connection.phase is Phase.ARRIVING:
                self._refuse(connection, RequestRefused(408, SLOW))
            else:
                self._end(connection)
        self._relieve()

    def _relieve(self) -> None:
        """Refuse the largest of the requests that are arriving until the rest fits into memory."""
        arriving = [(each.arrival.received, each) for each in self._waiting if each.arrival is not None]
        total = sum(size for size, _ in arriving)
        for size, connection in sorted(arriving, key=lambda pair: pair[0], reverse=True):
            if total <= MOST_GATHERED:
                return
            total -= size
            self._unwait(connection)
            self._refuse(connection, RequestRefused(503, FULL))

    def murder_keepalived(self, force: bool = False) -> None:
        """End connections that wait for nothing; with `force` all that wait. Called by gunicorn."""
        for connection in [each for each in self._waiting if force or (not self.alive and each.phase is Phase.REST)]:
            self._unwait(connection)
            self._end(connection)

    def _make_room(self) -> None:
        idle = (each for each in self._waiting if each.phase in (Phase.REST, Phase.LINGERING))
        first = next(idle, None) or next(iter(self._waiting), None)
        if first is not None:
            log.warning("connection_ended_for_room", phase=first.phase.name)
            self._unwait(first)
            self._end(first)

    def _end(self, connection: Connection) -> None:
        self.nr_conns -= 1
        connection.close()


class _Speaker:
    """What gunicorn asks a connection for while it answers."""

    def __init__(self, connection: Connection) -> None:
        self.sock, self.client, self.server = connection.outlet, connection.client, connection.server


def _unchunk(request: Any) -> None:
    """Put chunks together before the application sees them; raises what gunicorn refuses a bad one with."""
    body = BodyBuffer()
    while piece := request.body.read(IN_MEMORY):
        body.write(piece)
    request.body = Body(LengthReader(IterUnreader(body.pieces()), body.size))
    # The transfer coding has been removed; the application sees a body with a length.
    named = [(name, value) for name, value in request.headers if name != "TRANSFER-ENCODING"]
    request.headers = [*named, ("CONTENT-LENGTH", str(body.size))]
