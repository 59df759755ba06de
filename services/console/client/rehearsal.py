"""`huiying import --dry-run`: what a file is taken for and what would become of its rows; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import requests

from services.console.client.http import Client, Later
from services.console.client.importer import LineAnswer, Reasons
from services.console.client.records import type_of
from services.console.terminal import fail


class Column(msgspec.Struct):
    """A column of the file, and the field it is taken for."""

    column: str
    field: str | None


class Rehearsal(msgspec.Struct):
    """What the file was taken for and what would become of its rows; `problems` speak against the whole of it."""

    kind: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    header: int | None
    columns: list[Column]
    problems: list[str]
    rows: int
    created: int
    exists: int
    refused: int


class _Line(LineAnswer):
    rehearsal: Rehearsal | None = None


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The sums, and the lines that would be refused: (line of the file, reasons)."""

    rehearsal: Rehearsal
    refused: list[tuple[int, Reasons]]


def rehearse(client: Client, file: Path, ignored: tuple[str, ...], sheet: str | None) -> Rehearsed:
    """What the system says of a file."""
    query = {"dry_run": "true"} | ({"ignore": ",".join(ignored)} if ignored else {}) | ({"sheet": sheet} if sheet else {})
    refused: list[tuple[int, Reasons]] = []
    rehearsal: Rehearsal | None = None
    try:
        with file.open("rb") as handle:
            for raw in filter(None, client.stream(f"/opinions/batch?{urlencode(query)}", handle, type_of(file))):
                told = msgspec.json.decode(raw, type=_Line)
                rehearsal = told.rehearsal
                if told.status == "refused":
                    refused.append((told.line, told.errors))
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}.")
    except (requests.RequestException, msgspec.DecodeError, Later) as error:
        fail(f"{client.url} did not answer to the end ({error.__class__.__name__}).", "huiying doctor")
    if rehearsal is None:
        fail(f"{client.url} did not answer to the end.", "huiying doctor")
    return Rehearsed(rehearsal, refused)
