"""`huiying deputy import`: the register of deputies from a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import click

from services.console.client.http import Client
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, print_plain, step
from services.contracts.words.bilingual import Words
from services.contracts.words.people import DEPUTY_LEVELS, DEPUTY_STATES
from services.runtime.sheets.delimited import read_delimited
from services.runtime.sheets.rows import SheetRow, Table, Unreadable

#: The columns of the table, by what the API calls them.
COLUMNS: Final[Mapping[str, str]] = {
    "code": "代表编号", "name": "姓名", "level": "层级", "term": "届次", "state": "状态", "areas": "区域", "stations": "联络站",
    "groups": "小组", "identity": "身份", "duties": "职责", "promise": "承诺", "results": "实绩",
}  # fmt: skip
SEVERAL: Final = ("areas", "stations", "groups")
CODED: Final[Mapping[str, Mapping[str, Words]]] = {"level": DEPUTY_LEVELS, "state": DEPUTY_STATES}
_BETWEEN: Final = re.compile(r"[;；、,，\s]+")


@click.group()
def deputy() -> None:
    """代表名册 · the register of deputies."""


@deputy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def deputy_import(file: Path) -> None:
    """Enter the deputies in a CSV file; sending it again changes nothing. Lines that are refused are told, the others entered."""
    client, entered, refused = Client(addresses(load_settings())), 0, 0
    for number, line, reason in read_deputies(file):
        wrong = reason or client.put(f"/deputies/{quote(str(line.pop('code')), safe='')}", line)
        if not wrong:
            entered += 1
        else:
            refused += 1
            print_plain(f"第 {number} 行 line {number}: {wrong}")
    step(f"已录入 {entered} 名，退回 {refused} 行 entered {entered}, refused {refused}")
    if refused:
        raise click.exceptions.Exit(1)


def read_deputies(file: Path) -> Iterator[tuple[int, dict[str, object], str]]:
    """(number, the line as the API takes it, why it is not sent or nothing) for the lines of a table; a blank cell says nothing.

    A deputy stands in a table once: a second line of the same code would take back what the first one says.
    """
    first: dict[object, int] = {}
    with file.open("rb") as handle:
        try:
            table = read_delimited(handle, _likeness)
        except Unreadable as error:
            fail(f"{file}: {error}", "Save it as CSV, with the names of its columns in the first line.")
        header = _header(table)
        for row in table.rows:
            line = {name: _value(name, cell.strip()) for name, cell in zip(header, row.cells, strict=False) if cell.strip()}
            code = line.get("code")
            yield row.number, line, row.reason or _wrong(code, first.setdefault(code, row.number), row)


def _wrong(code: object, first: int, row: SheetRow) -> str:
    if not code:
        return "code: needed"
    return f"code: {code} stands in line {first} already" if first != row.number else ""


def _header(table: Table) -> list[str]:
    header = [_field(name) for name in table.header.cells]
    known = ", ".join(f"{name} {called}" for name, called in COLUMNS.items())
    if unknown := [name for name in header if name not in COLUMNS]:
        fail(f"There is no column {', '.join(unknown)}.", f"The columns are {known}.")
    if twice := sorted({name for name in header if header.count(name) > 1}):
        fail(f"The column {', '.join(twice)} is there twice.", "Leave one of them out.")
    return header


def _likeness(names: Sequence[str]) -> int:
    return sum(_field(name) in COLUMNS for name in names)


def _field(name: str) -> str:
    plain = name.strip()
    return next((field for field, called in COLUMNS.items() if plain in (field, called)), plain)


def _value(name: str, cell: str) -> object:
    if name in SEVERAL:
        return [part for part in _BETWEEN.split(cell) if part]
    known = CODED.get(name, {})
    return next((code for code, words in known.items() if cell in (code, *words)), cell)
