"""The file of a batch: how it is read, what its columns are taken for, and when the lines in it were told."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, cast

import flask

from services.contracts.columns import Columns, likeness, read_columns
from services.contracts.dates import FORMS, read_instant
from services.contracts.errors import Invalid
from services.intake.gateway import NDJSON, Entry, read_ndjson, read_rows
from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import Table, Unreadable
from services.runtime.sheets.workbook import XLSX, read_workbook

BUFFER = 65_536
LARGEST_WORKBOOK = 20_000_000
#: What `rehearsal` says of a file that has no columns.
_NO_TABLE: Mapping[str, Any] = {
    "kind": "NDJSON", "encoding": "UTF-8", "separator": None, "sheet": None, "header": None, "columns": [], "problems": [],
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file as it was understood; `about` says how, for those who only want to see."""

    entries: Iterator[Entry]
    about: Mapping[str, Any]
    lines: io.BufferedReader[io.RawIOBase]

    def drain(self) -> None:
        """Read what is left, else the connection is cut and the sender may see that instead of the answer."""
        while self.lines.read(BUFFER):
            pass


def open_file(query: Mapping[str, Any]) -> BatchFile:
    """The file in the body of the request; raises `Invalid` for one that cannot be read.

    One with problems raises too, unless it is only for show: then it has no entries.
    """
    # Buffered: a raw stream looks for the end of a line byte by byte.
    lines = io.BufferedReader(cast(io.RawIOBase, flask.request.stream), BUFFER)
    if flask.request.mimetype == NDJSON:
        return BatchFile(read_ndjson(lines), _NO_TABLE, lines)
    try:
        table = _workbook(lines, query["sheet"]) if _is_workbook(lines) else read_delimited(lines, likeness)
    except Unreadable as error:
        raise Invalid("The file cannot be read as a table.", {"header": [str(error)]}) from error
    columns = read_columns(table.header.cells, query["ignore"])
    if columns.problems and not query["dry_run"]:
        raise Invalid("The first row must name the columns.", {"header": list(columns.problems)})
    return BatchFile(iter(()) if columns.problems else read_rows(table, columns), _about(table, columns), lines)


def dated(form: dict[str, Any], zone: tzinfo, now: datetime) -> dict[str, Any]:
    """A line with the instant at which it was told elsewhere, in one form; raises `Invalid` unless that is a date in the past."""
    said = form.get("submitted_at")
    if said is None:
        return form
    told = read_instant(said, zone)
    if told is None:
        raise Invalid("Correct the date.", {"submitted_at": [f"'{said}' is not a date; there are forms such as {FORMS}"]})
    if not told <= now:
        raise Invalid("Correct the date.", {"submitted_at": [f"{told.isoformat()} is not in the past"]})
    return {**form, "submitted_at": told.isoformat()}


def _is_workbook(lines: io.BufferedReader[io.RawIOBase]) -> bool:
    return flask.request.mimetype == XLSX or lines.peek(4)[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def _workbook(lines: io.BufferedReader[io.RawIOBase], sheet: str | None) -> Table:
    content = lines.read(LARGEST_WORKBOOK + 1)
    if len(content) > LARGEST_WORKBOOK:
        raise Unreadable(f"A workbook has at most {LARGEST_WORKBOOK // 1_000_000} MB. Send it in parts, or as CSV.")
    return read_workbook(io.BytesIO(content), likeness, sheet)


def _about(table: Table, columns: Columns) -> dict[str, Any]:
    named = [{"column": name, "field": field} for name, field in zip(columns.names, columns.fields, strict=True)]
    return {
        "kind": table.kind, "encoding": table.encoding, "separator": table.separator, "sheet": table.sheet,
        "header": table.header.number, "columns": named, "problems": list(columns.problems),
    }  # fmt: skip
