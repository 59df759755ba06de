"""Between a request that has arrived and a WSGI application: the environment that it gets, and how its answer is sent."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from types import TracebackType
from typing import IO, Protocol
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication, WSGIEnvironment

from services.runtime.clock import SystemClock
from services.runtime.web.serving.head import RequestHead

ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
#: What the server itself says of the connection.
_OWN = frozenset({"connection", "transfer-encoding", "keep-alive", "date"})


class Writable(Protocol):
    """What an answer is written to."""

    def sendall(self, data: bytes) -> None:
        """Take everything."""


def environment(
    head: RequestHead, body: IO[bytes], size: int, client: Sequence[object], server: Sequence[object], scheme: str
) -> WSGIEnvironment:
    """What PEP 3333 wants an application to get; a body that came in chunks has a length by now."""
    path = unquote_to_bytes(head.path).decode("latin-1") if "%" in head.path else head.path
    made: WSGIEnvironment = {
        "REQUEST_METHOD": head.method, "SCRIPT_NAME": "", "PATH_INFO": path,
        "QUERY_STRING": head.query, "SERVER_PROTOCOL": "HTTP/1.0" if head.is_old else "HTTP/1.1",
        "SERVER_NAME": str(server[0]), "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]), "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0), "wsgi.url_scheme": scheme, "wsgi.input": body, "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr, "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
        **head.fields,
    }  # fmt: skip
    if head.length is None:
        made["CONTENT_LENGTH"] = str(size)
    return made


def answer(application: WSGIApplication, environ: WSGIEnvironment, head: RequestHead, outlet: Writable, *, last: bool) -> bool:
    """Run the application and send its answer, the `last` one of the connection or not; returns whether another request may follow.

    The outlet may still hold some of it. When the application raises, nothing has been sent, or what was sent is not all.
    """
    writer = _Writer(head, outlet, keeps=head.keeps and not last)
    pieces: Iterable[bytes] = application(environ, writer.start)
    try:
        for piece in pieces:
            writer.write(piece)
        writer.end()
    finally:
        if close := getattr(pieces, "close", None):
            close()
    return writer.keeps


class _Writer:
    """Sends one answer: its head with the first piece, in chunks when its length is not known."""

    def __init__(self, head: RequestHead, outlet: Writable, *, keeps: bool) -> None:
        self.keeps = keeps
        self._request, self._outlet = head, outlet
        self._status, self._headers = "", list[tuple[str, str]]()
        self._begun = self._chunked = self._bare = False
        self._left: int | None = None

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /) -> Callable[[bytes], object]:
        """PEP 3333's start_response."""
        if self._begun and exc_info is not None and exc_info[1] is not None:
            raise exc_info[1]
        if self._status and exc_info is None:
            raise RuntimeError("an answer begins once")
        self._status, self._headers = status, headers
        return self.write

    def write(self, piece: bytes) -> None:
        """Send a piece of the body, the head before the first."""
        if not piece:
            return
        self._begin()
        if self._bare:
            return
        if self._chunked:
            self._outlet.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            return
        if self._left is not None:
            piece = piece[: self._left]
            self._left -= len(piece)
        self._outlet.sendall(piece)

    def end(self) -> None:
        """Finish the answer."""
        self._begin()
        if self._chunked:
            self._outlet.sendall(b"0\r\n\r\n")
        if self._left and not self._bare:
            # Less came than was announced; the end of the connection tells.
            self.keeps = False

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        code = self._status[:3]
        self._bare = self._request.method == "HEAD" or code in ("204", "304") or code.startswith("1")
        lines = [f"HTTP/1.1 {self._status}"]
        for name, value in self._headers:
            plain = name.lower()
            if plain == "content-length":
                if code == "204":
                    continue
                self._left = int(value)
            elif plain in _OWN:
                continue
            lines.append(f"{name}: {value}")
        if self._left is None and not self._bare:
            self._chunked = not self._request.is_old
            self.keeps = self.keeps and self._chunked
        lines.append(_date(int(time.monotonic())))
        if self._chunked:
            lines.append("Transfer-Encoding: chunked")
        if not self.keeps:
            lines.append("Connection: close")
        elif self._request.is_old:
            lines.append("Connection: keep-alive")
        text = "\r\n".join(lines)
        if text.count("\n") >= len(lines) or text.count("\r") >= len(lines):
            raise ValueError("a line of an answer's head holds the end of another")
        self._outlet.sendall(f"{text}\r\n\r\n".encode("latin-1"))


@lru_cache(maxsize=1)
def _date(_: int) -> str:
    """The header Date, made once a second."""
    return f"Date: {format_datetime(SystemClock().now().astimezone(UTC), usegmt=True)}"
