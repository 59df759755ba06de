"""What a page shows as a workbook, in the words of its reader; where it is cut, its last row says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import flask

from services.design.phrases import Phrase
from services.design.templates import Templates
from services.runtime.sheets.workbook import XLSX
from services.runtime.sheets.written import WrittenTable, workbook
from services.runtime.web.pages.readers import this_reader

#: The file of a list has no more rows, so that nobody can keep a process busy with one.
MOST_ROWS: Final = 3_000
#: What stands below the rows of a list that has more.
MORE: Final = Phrase("Only the first %(number)s are in this file; narrow the list to have the others.")


def workbook_of(
    templates: Templates, title: object, heading: Sequence[object], rows: Iterable[Sequence[object]], rest: Phrase | None = None
) -> flask.Response:
    """A table as a workbook with phrases, words and texts in its cells, empty for None. `rest` says what is not in it."""
    reader = this_reader()

    def line(cells: Iterable[object]) -> list[str]:
        return ["" if cell is None else templates.say(cell, reader) for cell in cells]

    said = [line(row) for row in rows]
    if rest is not None:
        said.append(line((rest, *[None] * (len(heading) - 1))))
    table = WrittenTable(templates.say(title, reader), line(heading), said)
    return flask.Response(workbook([table]), content_type=XLSX)
