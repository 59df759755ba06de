"""One HTTP request as its bytes come in: where it ends, whether it is too large, whether it comes too slowly."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO

from services.runtime.web.routes import LONGEST_BODY
from services.runtime.web.serving.head import LONGEST_HEAD, LONGEST_LINE, RequestHead, RequestRefused, fields_of, read_head

#: How many bytes of one body are kept in memory; the rest goes to an unnamed file.
IN_MEMORY = 65_536
#: Seconds for the head, and for the whole request beyond what it would take at the least rate (bytes a second).
HEAD_SECONDS, BODY_SECONDS, LEAST_RATE = 10.0, 20.0, 4_000
#: Every chunk has a line of its own, so tiny chunks cost more than their content; this much overhead is accepted.
CHUNK_OVERHEAD = 8
_WORD = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
#: The line before a chunk: its size, and extensions, which nobody has a meaning for.
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[ \t]*%b(?:[ \t]*=[ \t]*(?:%b|\"[\t -!#-~]*\"))?[ \t]*)*" % (_WORD, _WORD))
_BARE = re.compile(rb"\n\r?\n")
_REQUEST_ID = re.compile(rb"\r\nx-request-id:[ \t]*([!-~]{1,128})[ \t]*\r\n", re.IGNORECASE)
_LANGUAGES = re.compile(rb"\r\naccept-language:([^\r\n]*)\r\n", re.IGNORECASE)
END = b"\r\n\r\n"
UNEVEN = "A chunk has as many bytes as it says, and CRLF behind them."
#: The most bytes of a body for a method and a path.
Limits = Callable[[str, str], int]


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

    def open(self) -> IO[bytes]:
        """All of it, to be read from its beginning."""
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Forget it."""
        self._file.close()


class _Chunks:
    """Puts a chunked body together."""

    def __init__(self, body: BodyBuffer) -> None:
        self.size = 0
        self._body = body
        self._line, self._left, self._in_trailer, self._trailer = b"", 0, False, 0
        #: Whether the bytes of a chunk have just ended, behind which nothing but CRLF may come.
        self._ended = False

    def feed(self, data: bytes) -> bytes | None:
        """What lies behind the body, None while it has not ended; raises `RequestRefused`."""
        data, at = self._line + data, 0
        while True:
            if self._left:
                piece = data[at : at + self._left]
                self._body.write(piece)
                at, self._left = at + len(piece), self._left - len(piece)
            end = data.find(b"\r\n", at) if not self._left else -1
            if end < 0:
                self._wait(data[at:])
                return None
            line, at = data[at:end], end + 2
            if self._in_trailer and not line:
                return data[at:]
            self._take(line)

    def _wait(self, line: bytes) -> None:
        self._line = line
        if self._ended and not self._left and line not in (b"", b"\r"):
            raise RequestRefused(400, UNEVEN)
        if len(line) > LONGEST_LINE:
            raise RequestRefused(400, "A line between two chunks is too long.")

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
            # Its form is checked, and nothing else is done with it.
            list(fields_of([line.decode("latin-1")]))
            return
        size = _SIZE.fullmatch(line)
        if size is None:
            raise RequestRefused(400, "A chunk begins with its size in hexadecimal digits and CRLF.")
        number = int(size[1], 16)
        self.size += number
        self._in_trailer = not number
        self._left, self._ended = number, number > 0


class Arrival:
    """A request that is arriving. Once `complete`, `head` and `body` have all of it, and `rest` is what came behind it.

    `expects` while the client waits to be asked for the body.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self.head: RequestHead | None = None
        self.body = BodyBuffer()
        self.complete, self.rest, self.expects = False, b"", False
        self.began, self.received = now, 0
        self._limits = limits
        self._raw = b""
        self._left, self._limit = 0, 0
        self._chunks: _Chunks | None = None

    def feed(self, data: bytes) -> None:
        """Take what has come; raises `RequestRefused`. Not to be called once it is complete."""
        self.received += len(data)
        if self.head is not None:
            self.expects = False
            self._take(data)
            return
        start = max(0, len(self._raw) - 3)
        self._raw += data
        if start == 0 and self._raw[:1] in b"\r\n":
            # Some clients send an empty line behind a body; RFC 9112 2.2 lets a server pass over it.
            self._raw = self._raw.lstrip(b"\r\n")
        end = self._raw.find(END, start)
        if max(end, len(self._raw) if end < 0 else 0) > LONGEST_HEAD:
            raise RequestRefused(431, f"The head of a request has at most {LONGEST_HEAD} bytes.")
        if end < 0:
            if _BARE.search(self._raw, start):
                raise RequestRefused(400, "The lines of a head end with CRLF.")
            return
        rest, self._raw = self._raw[end + 4 :], self._raw[: end + 2]
        self._begin(read_head(self._raw[:end]))
        if rest or self.complete:
            self.expects = False
            self._take(rest)

    def late(self, now: float) -> bool:
        """Whether it is too slow: the head has a limit in seconds, the body a minimum rate."""
        if self.head is None:
            return now - self.began > HEAD_SECONDS
        return now - self.began > BODY_SECONDS + self.received / LEAST_RATE

    def refused_as(self) -> tuple[bytes | None, str]:
        """The id that the request has, and its Accept-Language, as far as its head is here. Not to be fed any more after that."""
        head = self._raw.partition(END)[0] + b"\r\n"
        name, languages = _REQUEST_ID.search(head), _LANGUAGES.search(head)
        return name[1] if name else None, languages[1].decode("latin-1") if languages else ""

    def close(self) -> None:
        """Forget what was kept."""
        self.body.close()

    @property
    def takes_more(self) -> bool:
        """Whether more may come to its address than to most: photos, to a form."""
        return self._limit > LONGEST_BODY

    def _begin(self, head: RequestHead) -> None:
        self.head = head
        self.complete = head.length == 0
        if self.complete:
            return
        self._limit = self._limits(head.method, head.path)
        if head.length is None:
            self._chunks = _Chunks(self.body)
        else:
            self._left = head.length
            self._check(self._left)
        self.expects = head.expects

    def _take(self, data: bytes) -> None:
        if self._chunks is not None:
            behind = self._chunks.feed(data)
            self._check(self._chunks.size)
            self._check(self.received // CHUNK_OVERHEAD - LONGEST_HEAD)
            self.complete, self.rest = behind is not None, behind or b""
            return
        own = data[: self._left]
        self.rest = data[len(own) :]
        self._left -= len(own)
        self.complete = not self._left
        if own:
            self.body.write(own)

    def _check(self, size: int) -> None:
        if size > self._limit:
            raise RequestRefused(413, f"At most {self._limit} bytes at a time here.")
