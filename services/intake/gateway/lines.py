"""Files from outside: a stream of CSV or NDJSON becomes numbered lines, each a mapping or the reason why it is none."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from services.contracts.errors import Invalid

CSV, NDJSON = "text/csv", "application/x-ndjson"
BOM = "\ufeff"
NUL = "holds the character U+0000, which no store can keep"
#: Checked here, because the limit that the reader itself has is one for the whole process.
LONGEST_FIELD = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file by the number it begins at, from 1. `raw` is None when it cannot be read; `reason` says why."""

    number: int
    raw: dict[str, Any] | None
    reason: str = ""


def read_ndjson(lines: Iterable[bytes]) -> Iterator[Entry]:
    """One JSON object a line; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(BOM.encode()) if number == 1 else line
        if text.strip():
            yield _object(number, text)


def read_csv(lines: Iterable[bytes], known: Collection[str]) -> Iterator[Entry]:
    """RFC 4180 with a header of field names; a blank field is an absent one. Raises `Invalid` for a header that will not do.

    A quote that nobody closes spoils the line it stands in, not those after it.
    """
    tape = _Tape(lines)
    reader = csv.reader(tape, strict=True)
    header = _header(reader, known)
    while True:
        number = tape.begin()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            entry = Entry(number, None, f"not CSV: {error}")
        else:
            if not values:
                continue
            entry = _entry(number, header, values)
        if entry.raw is None and tape.rewind():
            reader = csv.reader(tape, strict=True)
        yield entry


class _Tape:
    """Decoded lines that can be wound back to the second line of the record being read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines = _decoded(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self._read = 0

    def __iter__(self) -> _Tape:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        self._read += 1
        return line

    def begin(self) -> int:
        """A new record begins; returns the number of its first line."""
        self._record.clear()
        return self._read + 1

    def rewind(self) -> bool:
        """Give back all lines of the record but the first; returns whether there were any."""
        rest = self._record[1:]
        self._again.extendleft(reversed(rest))
        self._read -= len(rest)
        return bool(rest)


def _header(reader: Iterator[list[str]], known: Collection[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise Invalid("The first line must name the fields, in UTF-8.", {"header": [f"not CSV: {error}"]}) from error
    unknown = [name for name in header if name not in known]
    if unknown or not header:
        shown = ", ".join(name.encode("utf-8", "replace").decode() for name in unknown) or "(none)"
        raise Invalid(
            "The first line must name the fields, in UTF-8.",
            {"header": [f"unknown: {shown}", f"known: {', '.join(sorted(known))}"]},
        )
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Invalid("The first line must name each field once.", {"header": [f"named twice: {', '.join(twice)}"]})
    return header


def _entry(number: int, header: list[str], values: list[str]) -> Entry:
    if len(values) != len(header):
        return Entry(number, None, f"{len(values)} fields where the header has {len(header)}")
    if any(len(value) > LONGEST_FIELD for value in values):
        return Entry(number, None, f"field larger than field limit ({LONGEST_FIELD})")
    whole = "".join(values)
    try:
        whole.encode()
    except UnicodeEncodeError:
        return Entry(number, None, "not UTF-8")
    if "\0" in whole:
        return Entry(number, None, NUL)
    return Entry(number, {name: value for name, value in zip(header, values, strict=True) if value})


def _object(number: int, line: bytes) -> Entry:
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return Entry(number, None, f"not JSON in UTF-8: {error}")
    if not isinstance(raw, dict):
        return Entry(number, None, "not a JSON object")
    # Without escaped backslashes, what looks like the escape is one.
    return Entry(number, None, NUL) if rb"\u0000" in line.replace(rb"\\", b"") else Entry(number, raw)


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        # A byte that is not UTF-8 becomes a lone surrogate, so that only its own record is refused.
        text = line.decode("utf-8", "surrogateescape")
        yield text.removeprefix(BOM) if number == 0 else text
