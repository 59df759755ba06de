"""One HTTP request as its bytes come in: where it ends, whether it is too large, whether it comes too slowly.

It finds the end only; what the head says is read, and checked far more strictly, by gunicorn once everything is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

#: How many bytes of one request are kept in memory; the rest goes to an unnamed file.
IN_MEMORY = 65_536
LONGEST_HEAD, LONGEST_LINE, LONGEST_NUMBER = 65_536, 8_190, 19
#: Seconds for the head, and for the whole request beyond what it would take at the least rate (bytes a second).
HEAD_SECONDS, BODY_SECONDS, LEAST_RATE = 10.0, 20.0, 4_000
#: Every chunk has a line of its own, so tiny chunks cost more than their content; this much overhead is accepted.
CHUNK_OVERHEAD = 8
_SIZE = re.compile(rb"[0-9A-Fa-f]{1,16}[ \t]*")
_BARE = re.compile(rb"\n\r?\n")
_EXPECT = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
_REQUEST_ID = re.compile(rb"\r\nx-request-id:[ \t]*([!-~]{1,128})[ \t]*\r\n", re.IGNORECASE)
_LANGUAGES = re.compile(rb"\r\naccept-language:([^\r\n]*)\r\n", re.IGNORECASE)
UNEVEN = "A chunk has as many bytes as it says, and CRLF behind them."
#: The most bytes of a body for a method and a path.
Limits = Callable[[str, str], int]


class RequestRefused(Exception):
    """A request that is answered before it is read to its end: with which status, and what the caller should do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


class BodyBuffer:
    """Bytes that are kept until they are read: few in memory, many in an unnamed file."""

    def __init__(self) -> None:
        self._file: IO[bytes] = BytesIO()
        self.size = 0

    def write(self, data: bytes) -> None:
        """Keep more."""
        if self.size <= IN_MEMORY < self.size + len(data):
            small, self._file = self._file, TemporaryFile()  # noqa: SIM115 - `close` does
            small.seek(0)
            self._file.write(small.read())
        self.size += len(data)
        self._file.write(data)

    def pieces(self) -> Iterator[bytes]:
        """All of it from its beginning, a piece at a time."""
        self._file.seek(0)
        return iter(partial(self._file.read, IN_MEMORY), b"")

    def close(self) -> None:
        """Forget it."""
        self._file.close()


class _Chunks:
    """Finds the end of a chunked body."""

    def __init__(self) -> None:
        self.size = 0
        self._line, self._left, self._in_trailer, self._trailer = b"", 0, False, 0
        #: Whether the bytes of a chunk have just ended, behind which nothing but CRLF may come.
        self._ended = False

    def feed(self, data: bytes) -> int | None:
        """How many bytes at the end of `data` lie behind the body, None while it has not ended; raises `RequestRefused`."""
        data, at = self._line + data, 0
        while True:
            step = min(self._left, len(data) - at)
            at, self._left = at + step, self._left - step
            end = data.find(b"\r\n", at) if not self._left else -1
            if end < 0:
                self._line = data[at:]
                if self._ended and not self._left and self._line not in (b"", b"\r"):
                    raise RequestRefused(400, UNEVEN)
                if len(self._line) > LONGEST_LINE:
                    raise RequestRefused(400, "A line between two chunks is too long.")
                return None
            line, at = data[at:end], end + 2
            if self._in_trailer and not line:
                return len(data) - at
            self._take(line)

    def _take(self, line: bytes) -> None:
        if self._ended:
            if line:
                raise RequestRefused(400, UNEVEN)
            self._ended = False
            return
        if self._in_trailer:
            self._trailer += len(line) + 2
            if self._trailer > LONGEST_HEAD:
                raise RequestRefused(431, "The trailer is too long.")
            return
        size = line.partition(b";")[0]
        if not _SIZE.fullmatch(size):
            raise RequestRefused(400, "A chunk begins with its size in hexadecimal digits and CRLF.")
        number = int(size, 16)
        self.size += number
        self._in_trailer = not number
        self._left, self._ended = number, number > 0


class Arrival:
    """A request that is arriving. `complete` once all of it is here; `rest` is then what came behind it."""

    def __init__(self, limits: Limits, now: float) -> None:
        self.complete, self.rest = False, b""
        self.expects = False
        self.began = now
        self.received = 0
        self._limits = limits
        self._head: bytearray | None = bytearray()
        self._kept = BodyBuffer()
        self._left, self._limit = 0, 0
        self._chunks: _Chunks | None = None

    def feed(self, data: bytes) -> None:
        """Take what has come; raises `RequestRefused`. Not to be called once it is complete."""
        self.received += len(data)
        if self._head is None:
            self._take(data)
            return
        start = max(0, len(self._head) - 3)
        self._head += data
        if start == 0:
            # Some clients send an empty line behind a body; RFC 9112 2.2 lets a server pass over it.
            self._head = self._head.lstrip(b"\r\n") if self._head[:1] in b"\r\n" else self._head
        end = self._head.find(b"\r\n\r\n", start)
        if end < 0:
            self._incomplete(self._head)
            return
        if end > LONGEST_HEAD:
            raise RequestRefused(431, f"The head of a request has at most {LONGEST_HEAD} bytes.")
        head, rest = bytes(self._head[: end + 4]), bytes(self._head[end + 4 :])
        self._frame(head)
        self._head = None
        if rest or self.complete:
            self.expects = False
            self._take(rest)

    def late(self, now: float) -> bool:
        """Whether it is too slow: the head has a limit in seconds, the body a minimum rate."""
        if self._head is not None:
            return now - self.began > HEAD_SECONDS
        return now - self.began > BODY_SECONDS + self.received / LEAST_RATE

    def refused_as(self) -> tuple[bytes | None, str]:
        """The id that the request has, and its Accept-Language, as far as its head is here. Not to be fed any more after that."""
        head = (next(self.pieces(), b"") if self._head is None else bytes(self._head)).partition(b"\r\n\r\n")[0] + b"\r\n"
        name, languages = _REQUEST_ID.search(head), _LANGUAGES.search(head)
        return name[1] if name else None, languages[1].decode("latin-1") if languages else ""

    def pieces(self) -> Iterator[bytes]:
        """The whole request, a piece at a time."""
        return self._kept.pieces()

    def close(self) -> None:
        """Forget what was kept."""
        self._kept.close()

    def _incomplete(self, head: bytearray) -> None:
        if len(head) > LONGEST_HEAD:
            raise RequestRefused(431, f"The head of a request has at most {LONGEST_HEAD} bytes.")
        if _BARE.search(head):
            raise RequestRefused(400, "The lines of a head end with CRLF.")

    def _frame(self, head: bytes) -> None:
        """What the head says about the body; what two readers could understand differently is refused."""
        fields = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
        lengths = [value.strip(b" \t") for name, _, value in fields if name.lower() == b"content-length"]
        codings = [value.strip(b" \t").lower() for name, _, value in fields if name.lower() == b"transfer-encoding"]
        request = (head.partition(b"\r\n")[0].split(b" ") + [b""] * 2)[:2]
        self._limit = self._limits(request[0].decode("latin-1"), request[1].partition(b"?")[0].decode("latin-1"))
        if codings and codings != [b"chunked"]:
            raise RequestRefused(501, "Send the body in chunks or with its length, in no other transfer coding.")
        if len(lengths) + len(codings) > 1 or not all(value.isdigit() and len(value) < LONGEST_NUMBER for value in lengths):
            raise RequestRefused(400, "Say the length of the body once: by one Content-Length in digits, or by chunks.")
        if codings:
            self._chunks = _Chunks()
        elif lengths:
            self._left = int(lengths[0])
            self._check(self._left)
        self.complete = self._chunks is None and not self._left
        if not self.complete and _EXPECT.search(head):
            # This process has already answered the client's Expect header; gunicorn would answer it a second time.
            self.expects, head = True, _EXPECT.sub(b"", head)
        self._kept.write(head)

    def _take(self, data: bytes) -> None:
        if self._chunks is not None:
            behind = self._chunks.feed(data)
            self._check(self._chunks.size)
            self._check(self.received // CHUNK_OVERHEAD - LONGEST_HEAD)
            self.complete = behind is not None
            own = data[: len(data) - behind] if behind else data
        else:
            own, self._left = data[: self._left], self._left - min(self._left, len(data))
            self.complete = not self._left
        self._kept.write(own)
        self.rest = data[len(own) :]

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise RequestRefused(413, f"At most {self._limit} bytes at a time here.")
