"""A dry run of an import: how the columns are read and which rows would be refused; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import requests

from services.console.client.http import Client, Later
from services.console.client.importer import LineView, Reasons
from services.console.client.records import type_of
from services.console.terminal import fail


class ColumnReading(msgspec.Struct):
    """A column of the file, and the field that it is read as."""

    column: str
    field: str | None


class RehearsalView(msgspec.Struct):
    """How the file was read and what would become of its rows; with `problems` the whole file is refused."""

    kind: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    header: int | None
    columns: list[ColumnReading]
    problems: list[str]
    rows: int
    created: int
    exists: int
    refused: int


class _RehearsalLine(LineView):
    rehearsal: RehearsalView | None = None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The totals, and the lines that would be refused as (line of the file, reasons)."""

    rehearsal: RehearsalView
    refused: list[tuple[int, Reasons]]


def rehearse(client: Client, file: Path, ignored: tuple[str, ...], sheet: str | None) -> Rehearsed:
    """Ask the system what it would do with a file; fails when it does not answer."""
    query = {"dry_run": "true"} | ({"ignore": ",".join(ignored)} if ignored else {}) | ({"sheet": sheet} if sheet else {})
    refused: list[tuple[int, Reasons]] = []
    rehearsal: RehearsalView | None = None
    try:
        with file.open("rb") as handle:
            for raw in filter(None, client.stream(f"/opinions/batch?{urlencode(query)}", handle, type_of(file))):
                answer = msgspec.json.decode(raw, type=_RehearsalLine)
                rehearsal = answer.rehearsal
                if answer.status == "refused":
                    refused.append((answer.line, answer.errors))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}.")
    except (requests.RequestException, msgspec.DecodeError, Later) as error:
        fail(f"{client.url} did not answer to the end ({error.__class__.__name__}).", "huiying doctor")
    if rehearsal is None:
        fail(f"{client.url} did not answer to the end.", "huiying doctor")
    return Rehearsed(rehearsal, refused)
