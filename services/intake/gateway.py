"""Files from outside: a stream of CSV or NDJSON becomes numbered lines, each a mapping or the reason why it is none."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from services.contracts.errors import Invalid

CSV, NDJSON = "text/csv", "application/x-ndjson"
csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file by the number it begins at, from 1. `raw` is None when it cannot be read; `reason` says why."""

    number: int
    raw: dict[str, Any] | None
    reason: str = ""


def read_ndjson(lines: Iterable[bytes]) -> Iterator[Entry]:
    """One JSON object a line; blank lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            raw = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            yield Entry(number, None, f"not JSON in UTF-8: {error}")
            continue
        yield Entry(number, raw) if isinstance(raw, dict) else Entry(number, None, "not a JSON object")


def read_csv(lines: Iterable[bytes], known: Iterable[str]) -> Iterator[Entry]:
    """RFC 4180 with a header of field names; a blank field is an absent one. Raises `Invalid` for a header with unknown fields."""
    reader = csv.reader(_decoded(lines))
    header = [name.strip() for name in next(reader, [])]
    unknown = [name for name in header if name not in known]
    if unknown or not header:
        shown = ", ".join(name.encode("utf-8", "replace").decode() for name in unknown) or "(none)"
        raise Invalid(
            "The first line must name the fields, in UTF-8.",
            {"header": [f"unknown: {shown}", f"known: {', '.join(sorted(known))}"]},
        )
    while True:
        number = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Entry(number, None, f"not CSV: {error}")
            continue
        if values:
            yield _entry(number, header, values)


def _entry(number: int, header: list[str], values: list[str]) -> Entry:
    if len(values) != len(header):
        return Entry(number, None, f"{len(values)} fields where the header has {len(header)}")
    try:
        "".join(values).encode()
    except UnicodeEncodeError:
        return Entry(number, None, "not UTF-8")
    return Entry(number, {name: value for name, value in zip(header, values, strict=True) if value})


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        # A byte that is not UTF-8 becomes a lone surrogate, so that only its own record is refused.
        text = line.decode("utf-8", "surrogateescape")
        yield text.removeprefix("\ufeff") if number == 0 else text
