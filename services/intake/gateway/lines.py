"""Files from outside: a stream of NDJSON or a table becomes numbered lines, each a mapping or the reason why it is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import orjson

from services.contracts.words.columns import Columns, raw_of
from services.contracts.words.keys import repeated_key
from services.runtime.sheets.rows import Table

CSV, NDJSON = "text/csv", "application/x-ndjson"
BOM = "\ufeff"
NUL = "holds the character U+0000, which no store can keep"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of a file by the number it begins at, from 1. `raw` is None when it cannot be read; `reason` says why."""

    number: int
    raw: Mapping[str, object] | None
    reason: str = ""


def read_ndjson(lines: Iterable[bytes]) -> Iterator[FileLine]:
    """One JSON object a line; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        text = line.removeprefix(BOM.encode()) if number == 1 else line
        if text.strip():
            yield _object(number, text)


def read_rows(table: Table, columns: Columns) -> Iterator[FileLine]:
    """The rows of a table, whose blank cells are absent fields."""
    for row in table.rows:
        yield FileLine(row.number, None, row.reason) if row.reason else FileLine(row.number, raw_of(columns, row.cells))


def _object(number: int, line: bytes) -> FileLine:
    try:
        raw = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return FileLine(number, None, f"not JSON in UTF-8: {error}")
    if not isinstance(raw, dict):
        return FileLine(number, None, "not a JSON object")
    if (name := repeated_key(line, raw)) is not None:
        return FileLine(number, None, f"{name!r} is given more than once in one object")
    # Without escaped backslashes, what looks like the escape is one.
    return FileLine(number, None, NUL) if rb"\u0000" in line.replace(rb"\\", b"") else FileLine(number, raw)
