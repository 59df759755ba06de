"""A file of opinions cut into pieces that are sent one after the other, with the lines of the file kept in mind."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

CSV, NDJSON = "text/csv", "application/x-ndjson"
ROWS_A_PIECE = 500
BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
csv.field_size_limit(1_000_000)


class NotReadable(Exception):
    """A file that is not text in UTF-8, or has nothing in it; the message says which line and what to do."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows to be sent, as (number of the first line in the file, the lines as they are), behind the file's header."""

    header: bytes
    lines: Sequence[tuple[int, bytes]]

    @property
    def body(self) -> bytes:
        """What is sent."""
        return self.header + b"".join(raw for _, raw in self.lines)

    @property
    def offset(self) -> int:
        """Line n of the answer is line n + `offset` of the file."""
        return self.lines[0][0] - 1 - self.header.count(b"\n")

    @property
    def rows(self) -> int:
        """How many answers to expect."""
        return sum(1 for _, raw in self.lines if raw.strip())

    def since(self, line: int) -> Piece:
        """The rows from a line of the file on."""
        return Piece(self.header, [row for row in self.lines if row[0] >= line])


@dataclass(frozen=True, slots=True)
class Records:
    """One file: its content type, how many rows it has, and whether its rows can be told apart when it is sent again."""

    path: Path
    content_type: str
    rows: int
    has_ids: bool
    sample: tuple[bytes, ...]

    def pieces(self) -> Iterator[Piece]:
        """The file piece by piece; every piece of a CSV begins with the file's header."""
        header, rows = _rows(self.path, self.content_type)
        taken = list(islice(rows, ROWS_A_PIECE))
        while taken:
            yield Piece(header, taken)
            taken = list(islice(rows, ROWS_A_PIECE))


def open_records(path: Path) -> Records:
    """Look through a file once; raises `NotReadable`. `.ndjson` and `.jsonl` are NDJSON, everything else is CSV."""
    content_type = NDJSON if path.suffix.lower() in (".ndjson", ".jsonl") else CSV
    try:
        _check_encoding(path)
        header, rows = _rows(path, content_type)
        count, has_ids = 0, b"external_id" in header
        sample: list[bytes] = []
        for _, raw in rows:
            if raw.strip():
                count += 1
                has_ids = has_ids or (content_type == NDJSON and b'"external_id"' in raw)
                if len(sample) < ROWS_A_PIECE:
                    sample.append(raw)
    except OSError as error:
        raise NotReadable(f"{path} cannot be read: {error.strerror}.") from error
    if not count:
        raise NotReadable(f"{path} has no rows. A CSV needs a first line with the names of its fields.")
    return Records(path, content_type, count, has_ids, tuple(sample))


def _check_encoding(path: Path) -> None:
    unreadable, lines, first = 0, 0, None
    with path.open("rb") as handle:
        for lines, line in enumerate(handle, 1):
            if lines == 1 and line[:2] in BYTE_ORDER_MARKS:
                raise NotReadable(f"{path} is in {BYTE_ORDER_MARKS[line[:2]]}, not UTF-8. Convert it: iconv -f UTF-16 -t UTF-8")
            try:
                line.decode()
            except UnicodeDecodeError:
                unreadable, first = unreadable + 1, first or lines
    # A few bad lines are refused one by one; a file full of them was saved in another encoding.
    if first is not None and (first == 1 or 2 * unreadable >= lines - 1):
        raise NotReadable(
            f"{path} is not UTF-8: line {first} cannot be read, {unreadable} of {lines} lines in all. "
            f"Chinese files are often GB18030; convert it: iconv -f GB18030 -t UTF-8 {path} > utf8.csv"
        )


def _rows(path: Path, content_type: str) -> tuple[bytes, Iterator[tuple[int, bytes]]]:
    """The header (empty for NDJSON) and the rows as (number of the first line, the lines as they are)."""
    lines = _whole_lines(path)
    if content_type == NDJSON:
        return b"", enumerate(lines, 1)
    rows = _csv_rows(lines)
    return next(rows, (1, b""))[1], rows


def _whole_lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        for line in handle:
            # The last line may lack its end, which would glue it to the next piece.
            yield line if line.endswith(b"\n") else line + b"\n"


def _csv_rows(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    held: list[bytes] = []

    def feed() -> Iterator[str]:
        for line in lines:
            held.append(line)
            yield line.decode("utf-8", "surrogateescape")

    # The reader knows where a record ends, quoted line breaks included; its text is sent as it stands, mistakes too.
    reader, begin = csv.reader(feed()), 1
    while True:
        try:
            next(reader)
        except StopIteration:
            return
        except csv.Error:
            pass
        yield begin, b"".join(held)
        begin += len(held)
        held.clear()
