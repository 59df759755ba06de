"""Reads a file of opinions in pieces, and remembers the line that each row begins at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import orjson

from services.contracts.words.columns import likeness, raw_of, read_columns
from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import Unreadable
from services.runtime.sheets.workbook import XLSX, read_workbook

CSV, NDJSON = "text/csv", "application/x-ndjson"
#: The content type by suffix; any other file is CSV.
TYPES = {".ndjson": NDJSON, ".jsonl": NDJSON, ".xlsx": XLSX, ".xls": XLSX}
ROWS_A_PIECE = 500
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileNotReadable(Exception):
    """The file is not a table or is empty; the message says what to do."""


@dataclass(frozen=True, slots=True)
class OpinionRow:
    """One opinion as it is sent; `number` is the line it begins at, `reason` says why it cannot be read."""

    number: int
    line: bytes
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows that are sent in one request."""

    lines: Sequence[OpinionRow]

    @property
    def body(self) -> bytes:
        """The body of the request."""
        return b"".join(row.line for row in self.lines)

    @property
    def rows(self) -> int:
        """The number of rows, and of answers to expect."""
        return len(self.lines)

    def line_of(self, answered: int) -> int:
        """The line of the file for a line of the answer."""
        return self.lines[answered - 1].number

    def since(self, answered: int) -> Piece:
        """The rows from this line of the answer onwards."""
        return Piece(self.lines[answered - 1 :])


@dataclass(frozen=True, slots=True)
class Records:
    """One file. `has_ids`: rows have an external_id, so sending it again adds nothing; `unreadable` rows are not sent."""

    path: Path
    rows: int
    has_ids: bool
    unreadable: tuple[OpinionRow, ...]
    ignored: tuple[str, ...] = ()
    sheet: str | None = None

    def pieces(self) -> Iterator[Piece]:
        """The readable rows, piece by piece, as NDJSON."""
        with _rows(self.path, self.ignored, self.sheet) as rows:
            good = (row for row in rows if not row.reason)
            while taken := list(islice(good, ROWS_A_PIECE)):
                yield Piece(taken)


def type_of(path: Path) -> str:
    """The content type of a file, by its name."""
    return TYPES.get(path.suffix.lower(), CSV)


def open_records(path: Path, ignored: Sequence[str] = (), sheet: str | None = None) -> Records:
    """Read through a file once; raises `NotReadable`. Columns in `ignored` are skipped."""
    count, has_ids = 0, False
    unreadable: list[OpinionRow] = []
    try:
        with _rows(path, ignored, sheet) as rows:
            for row in rows:
                count += 1
                if row.reason:
                    unreadable.append(row)
                    continue
                has_ids = has_ids or b'"external_id"' in row.line
    except OSError as error:
        raise FileNotReadable(f"{path} cannot be read: {error.strerror}.") from error
    except Unreadable as error:
        raise FileNotReadable(f"{path}: {error}") from error
    if not count:
        raise FileNotReadable(f"{path} has no rows. A table needs a first line with the names of its fields.")
    return Records(path, count, has_ids, tuple(unreadable), tuple(ignored), sheet)


@contextmanager
def _rows(path: Path, ignored: Sequence[str], sheet: str | None) -> Iterator[Iterator[OpinionRow]]:
    with path.open("rb") as handle:
        if type_of(path) == NDJSON:
            lines = (line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line for number, line in enumerate(handle, 1))
            yield (OpinionRow(number, line.rstrip(b"\r\n") + b"\n") for number, line in enumerate(lines, 1) if line.strip())
            return
        table = read_workbook(handle, likeness, sheet) if type_of(path) == XLSX else read_delimited(handle, likeness)
        columns = read_columns(table.header.cells, ignored)
        if columns.problems:
            raise Unreadable("; ".join(columns.problems).replace("'ignore'", "--ignore"))
        yield (
            OpinionRow(row.number, b"", row.reason)
            if row.reason
            else OpinionRow(row.number, orjson.dumps(raw_of(columns, row.cells)) + b"\n")
            for row in table.rows
        )
