"""Workbooks (.xlsx), read row by row: the one sheet that holds anything, or the one that is named."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from services.runtime.sheets.rows import Likeness, SheetRow, Table, Unreadable, beneath_header

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a workbook may hold once it is unpacked (bytes), in how many parts; its rows and columns.
MOST_UNPACKED, MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 100_000_000, 2_000, 200_000, 200
NOT_ONE = "It is not a workbook (.xlsx). Save it as .xlsx or as CSV and send that."


def read_workbook(stream: BinaryIO, likeness: Likeness, sheet: str | None = None) -> Table:
    """A sheet of a workbook that can be sought in; raises `Unreadable`."""
    # It takes a fifth of a second to load, and ten megabytes: only where somebody sends a workbook.
    import openpyxl

    _refuse_bombs(stream)
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
        name = sheet if sheet is not None else _only_sheet(book)
        if name not in book.sheetnames:
            raise Unreadable(f"There is no sheet '{name}'; there are {', '.join(book.sheetnames)}.")
        header, above, rows = beneath_header(_rows(book[name]), likeness)
    except Unreadable:
        raise
    except Exception as error:  # The library raises whatever its parts do.
        raise Unreadable(NOT_ONE) from error
    return Table("XLSX", None, None, name, header, above, rows)


def _refuse_bombs(stream: BinaryIO) -> None:
    try:
        parts = zipfile.ZipFile(stream).infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Unreadable(NOT_ONE) from error
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Unreadable(f"It is too large: at most {MOST_UNPACKED // 1_000_000} MB unpacked. Send it in parts.")
    stream.seek(0)


def _only_sheet(book: Any) -> str:
    filled = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible" and next(_rows(sheet), None)]
    if len(filled) > 1:
        raise Unreadable(f"Several sheets hold something: {', '.join(filled)}. Name one with 'sheet', or send them one by one.")
    return str(filled[0] if filled else book.sheetnames[0])


def _rows(sheet: Any) -> Iterator[SheetRow]:
    # What a sheet says of its own size may be wrong, and then rows would be missing.
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True), 1):
        if any(cell is not None for cell in cells):
            reason = f"beyond row {MOST_ROWS}; send the rest in a file of its own" if number > MOST_ROWS else ""
            yield SheetRow(number, tuple(map(_text, cells)), reason)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
