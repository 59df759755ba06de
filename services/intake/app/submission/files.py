"""The file of a batch: its encoding, its columns, and the dates of its lines."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, cast

import flask

from services.contracts.errors import Invalid
from services.contracts.time.dates import FORMS, read_instant
from services.contracts.words.columns import Columns, likeness, read_columns
from services.intake.domain.submission.submission import Submission
from services.intake.gateway.lines import NDJSON, FileLine, read_ndjson, read_rows
from services.intake.schemas.commands import SubmittedLine
from services.runtime.sheets.delimited import GB18030, read_delimited
from services.runtime.sheets.rows import Table, Unreadable
from services.runtime.sheets.workbook import XLSX, read_workbook
from services.runtime.web.requests import GB, charset_of

BUFFER = 65_536
LARGEST_WORKBOOK = 20_000_000


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """A column of a table, and the field it is read as; None when it is skipped."""

    column: str
    field: str | None


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a file was read; `header` is the number of the row with the column names. NDJSON has none."""

    kind: str = "NDJSON"
    encoding: str | None = "UTF-8"
    separator: str | None = None
    sheet: str | None = None
    header: int | None = None
    columns: Sequence[ColumnMeaning] = ()
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class BatchFile:
    """The entries of a file, and how it was read."""

    entries: Iterator[FileLine]
    understanding: Understanding
    lines: io.BufferedReader[io.RawIOBase]

    def drain(self) -> None:
        """Read the rest of the body; otherwise the connection is reset and the sender may never see the answer."""
        while self.lines.read(BUFFER):
            pass


def open_file(query: Mapping[str, Any]) -> BatchFile:
    """The file in the body of the request; raises `Invalid` for one that cannot be read.

    A file with problems raises too; in a dry run it has no entries instead.
    """
    # Buffered: a raw stream looks for the end of a line byte by byte.
    lines = io.BufferedReader(cast(io.RawIOBase, flask.request.stream), BUFFER)
    if flask.request.mimetype == NDJSON:
        return BatchFile(read_ndjson(lines), Understanding(), lines)
    try:
        table = _workbook(lines, query["sheet"]) if _is_workbook(lines) else read_delimited(lines, likeness, _declared())
    except Unreadable as error:
        raise Invalid("The file cannot be read as a table.", {"header": [str(error)]}) from error
    columns = read_columns(table.header.cells, query["ignore"])
    if columns.problems and not query["dry_run"]:
        raise Invalid("The first row must name the columns.", {"header": list(columns.problems)})
    return BatchFile(iter(()) if columns.problems else read_rows(table, columns), _understood(table, columns), lines)


def dated(line: SubmittedLine, zone: tzinfo, now: datetime) -> Submission:
    """The opinion in a line, with the instant of its first report elsewhere; raises `Invalid` unless that is in the past."""
    if line.submitted_at is None:
        return line.submission
    told = read_instant(line.submitted_at, zone)
    if told is None:
        raise Invalid(
            "Correct the date.", {"submitted_at": [f"'{line.submitted_at}' is not a date; there are forms such as {FORMS}"]}
        )
    if not told <= now:
        raise Invalid("Correct the date.", {"submitted_at": [f"{told.isoformat()} is not in the past"]})
    return replace(line.submission, submitted_at=told)


def _is_workbook(lines: io.BufferedReader[io.RawIOBase]) -> bool:
    return flask.request.mimetype == XLSX or lines.peek(4)[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _declared() -> str | None:
    return GB18030 if charset_of(flask.request) in GB else None


def _workbook(lines: io.BufferedReader[io.RawIOBase], sheet: str | None) -> Table:
    content = lines.read(LARGEST_WORKBOOK + 1)
    if len(content) > LARGEST_WORKBOOK:
        raise Unreadable(f"A workbook has at most {LARGEST_WORKBOOK // 1_000_000} MB. Send it in parts, or as CSV.")
    return read_workbook(io.BytesIO(content), likeness, sheet)


def _understood(table: Table, columns: Columns) -> Understanding:
    named = tuple(ColumnMeaning(name, field) for name, field in zip(columns.names, columns.fields, strict=True))
    return Understanding(
        table.kind, table.encoding, table.separator, table.sheet, table.header.number, named, tuple(columns.problems)
    )
