"""The head of a request, read once and strictly: what is no HTTP, or could be understood in two ways, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.runtime.input.numbers import whole_number

LONGEST_HEAD, LONGEST_LINE, LONGEST_NUMBER = 65_536, 8_190, 18
LONGEST_FIRST_LINE, MOST_FIELDS = 4_094, 100
_METHOD = re.compile(r"[A-Z0-9!$%&'*+.^_`|~-]{1,20}")
#: An address as it is asked for: a path, or a whole URL, or the server itself. A fragment is never sent.
_TARGET = re.compile(r"/[!-\"$-~]*|[A-Za-z][A-Za-z0-9+.-]*://[!-\"$-~]+|\*")
_VERSION = re.compile(r"HTTP/1\.[0-9]")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)")
#: Of these there is one, since several could not be put together.
_SINGLE = frozenset({"HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT"})


class RequestRefused(Exception):
    """A request that is answered before it is read to its end: with which status, and what the caller should do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


@dataclass(frozen=True, slots=True)
class RequestHead:
    """What the head says. `fields` are named as WSGI names them; `length` is that of the body, None when it comes in chunks.

    `keeps` says whether the client may send another request on the connection.
    """

    method: str
    path: str
    query: str
    is_old: bool
    fields: dict[str, str]
    length: int | None
    expects: bool
    keeps: bool


def read_head(raw: bytes) -> RequestHead:
    """What the bytes before the first empty line say; raises `RequestRefused`."""
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, target, version = _first_line(first)
    fields = _fields(lines)
    is_old = version == "HTTP/1.0"
    expectation = fields.get("HTTP_EXPECT")
    if expectation is not None and expectation.lower() != "100-continue":
        raise RequestRefused(417, "Nothing can be expected here but 100-continue.")
    path, _, query = _path(target).partition("?")
    keeps = _keeps(fields.get("HTTP_CONNECTION"), is_old=is_old) and method != "CONNECT"
    return RequestHead(method, path, query, is_old, fields, _length(fields, is_old=is_old), bool(expectation) and not is_old, keeps)


def fields_of(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each line; raises `RequestRefused`."""
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise RequestRefused(431, f"A line of a head has at most {LONGEST_LINE} bytes.")
        found = _FIELD.fullmatch(line)
        if found is None:
            raise RequestRefused(400, "Each line of a head is a name, a colon and a value without control characters.")
        yield found[1], found[2].rstrip(" \t")


def _first_line(line: str) -> tuple[str, str, str]:
    if len(line) > LONGEST_FIRST_LINE:
        raise RequestRefused(414, f"The first line of a request has at most {LONGEST_FIRST_LINE} bytes.")
    parts = line.split(" ")
    if len(parts) != 3:
        raise RequestRefused(400, "A request begins with a method, an address and a version, with one blank between them.")
    method, target, version = parts
    if not _METHOD.fullmatch(method):
        raise RequestRefused(400, "A method has 1 to 20 capital letters.")
    if not _TARGET.fullmatch(target) or (target == "*" and method != "OPTIONS"):
        raise RequestRefused(400, "An address is a path or a URL in ASCII, all else percent-encoded, without a fragment.")
    if not _VERSION.fullmatch(version):
        raise RequestRefused(400, "The version is HTTP/1.1 or HTTP/1.0.")
    return method, target, version


def _fields(lines: list[str]) -> dict[str, str]:
    if len(lines) > MOST_FIELDS:
        raise RequestRefused(431, f"The head of a request has at most {MOST_FIELDS} fields.")
    fields: dict[str, str] = {}
    for name, value in fields_of(lines):
        if "_" in name:
            # WSGI could not tell it from the one with a hyphen, which a proxy may have checked.
            continue
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = f"HTTP_{key}"
        if key not in fields:
            fields[key] = value
        elif key in _SINGLE:
            raise RequestRefused(400, f"Send {name} once.")
        else:
            fields[key] += f",{value}"
    return fields


def _path(target: str) -> str:
    if target.startswith("/") or target == "*":
        return target
    # Of a whole URL the host is passed over: there is one site here.
    _, _, behind = target.partition("://")
    at = min((at for at in (behind.find("/"), behind.find("?")) if at >= 0), default=len(behind))
    return behind[at:] if behind[at : at + 1] == "/" else f"/{behind[at:]}"


def _length(fields: dict[str, str], *, is_old: bool) -> int | None:
    length, coding = fields.get("CONTENT_LENGTH"), fields.pop("HTTP_TRANSFER_ENCODING", None)
    if coding is not None:
        if coding.lower() != "chunked":
            raise RequestRefused(501, "Send the body in chunks or with its length, in no other transfer coding.")
        if length is not None or is_old:
            raise RequestRefused(400, "Say the length of the body once: by one Content-Length in digits, or by chunks.")
        return None
    if length is None:
        return 0
    number = whole_number(length, LONGEST_NUMBER)
    if number is None:
        raise RequestRefused(400, "Say the length of the body once: by one Content-Length in digits, or by chunks.")
    return number


def _keeps(connection: str | None, *, is_old: bool) -> bool:
    if connection is None:
        return not is_old
    asked = {each.strip(" \t") for each in connection.lower().split(",")}
    return "close" not in asked and (not is_old or "keep-alive" in asked)
