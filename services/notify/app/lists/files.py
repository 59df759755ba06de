"""Lists, minutes and summaries as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import quote

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import NotFound
from services.contracts.messages.sessions import ListName
from services.contracts.words.of_sessions import LISTS
from services.notify.domain.lists.views import Row
from services.notify.domain.lists.wording import COLUMNS
from services.runtime.sheets.workbook import XLSX
from services.runtime.sheets.written import DOCX, WrittenTable, document, workbook

#: What a file may be, by what a query calls it.
TYPES = {"xlsx": XLSX, "docx": DOCX}
FILES = tuple(TYPES.values())


def form_of(text: str) -> str:
    """A kind of file by its name; raises `NotFound`."""
    if text not in TYPES:
        raise NotFound("There is no such kind of file.")
    return text


def table_of(name: ListName, rows: Sequence[Row], catalogue: Catalogue) -> WrittenTable:
    """A list as a table of a file."""
    columns = COLUMNS[name]
    lines = [[column.of(row, catalogue).zh for column in columns] for row in rows]
    return WrittenTable(LISTS[name].zh, [column.name.zh for column in columns], lines)


def written(form: str, title: str, lines: Sequence[str], tables: Sequence[WrittenTable]) -> flask.Response:
    """A paper with some lines and tables as the file that was asked for; a workbook has the lines as its first sheet."""
    if form == "docx":
        return _file(form, title, lambda: document(title, [*lines, *tables]))
    first = [WrittenTable("说明", [title], [[line] for line in lines])] if lines else []
    return _file(form, title, lambda: workbook([*tables, *first]))


def _file(form: str, title: str, made: Callable[[], bytes]) -> flask.Response:
    response = flask.Response(made(), content_type=TYPES[form])
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(title)}.{form}"
    return response
