"""`huiying deputy import`: the register of deputies from a table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import click

from services.console.client.http import Client
from services.console.settings import addresses, load_settings
from services.console.terminal import fail, print_plain, step
from services.contracts.words.bilingual import Words
from services.contracts.words.people import DEPUTY_LEVELS, DEPUTY_STATES

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
    for number, line in read_table(file):
        code = quote(str(line.pop("code", "")), safe="")
        wrong = client.put(f"/deputies/{code}", line) if code else "code: needed"
        if wrong is None:
            entered += 1
        else:
            refused += 1
            print_plain(f"第 {number} 行 line {number}: {wrong}")
    step(f"已录入 {entered} 名，退回 {refused} 行 entered {entered}, refused {refused}")
    if refused:
        raise click.exceptions.Exit(1)


def read_table(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The lines of a table as the API takes them, with their numbers; a blank cell says nothing."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [_field(name) for name in next(rows, [])]
    if unknown := [name for name in header if name not in COLUMNS]:
        known = ", ".join(f"{name} {called}" for name, called in COLUMNS.items())
        fail(f"There is no column {', '.join(unknown)}.", f"The columns are {known}.")
    for row in rows:
        if any(cell.strip() for cell in row):
            cells = zip(header, row, strict=False)
            yield rows.line_num, {name: _value(name, cell.strip()) for name, cell in cells if cell.strip()}


def _field(name: str) -> str:
    plain = name.strip()
    return next((field for field, called in COLUMNS.items() if plain in (field, called)), plain)


def _value(name: str, cell: str) -> object:
    if name in SEVERAL:
        return [part for part in _BETWEEN.split(cell) if part]
    known = CODED.get(name, {})
    return next((code for code, words in known.items() if cell in (code, *words)), cell)
