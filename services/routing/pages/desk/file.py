"""The list of a desk as a workbook: what the page shows, narrowed as the page is."""

from __future__ import annotations

from typing import Final

import flask

from services.contracts.people.callers import OF_A_DEPARTMENT
from services.contracts.words.vocabulary import LEVELS, ROLES
from services.design.phrases import Phrase
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.desk.filters import DESK, DeskQuery, given_of, wanted_of
from services.routing.pages.desk.rows import row_of, topic_of
from services.routing.pages.paper import TEMPLATES, local
from services.routing.store.desks.desk import on_desk
from services.runtime.sheets.workbook import XLSX
from services.runtime.sheets.written import WrittenTable, workbook
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page
from services.runtime.web.pages.readers import this_reader
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: A file has no more rows, so that nobody can keep a process busy with one.
MOST_ROWS: Final = 3_000
HEADING: Final = (
    Phrase("Number of the opinion"), Phrase("Title"), Phrase("State"), Phrase("Part"), Phrase("Topic"), Phrase("Level"),
    Phrase("Due next"), Phrase("Due"), Phrase("Working days overdue"),
)  # fmt: skip
MORE: Final = Phrase("Only the first %(number)s are in this file; narrow the list to have the others.")


@routes.get(f"{DESK}/list.xlsx", access=OF_A_DEPARTMENT, query=DeskQuery, page=error_page, personal=True, gives=(XLSX,))
def list_file(call: Call[Routing]) -> Answer:
    """What the department has in hand as a workbook, the next answer due first."""
    catalogue, now = call.service.catalogue, call.service.database.clock.now()
    wanted = wanted_of(call.query, call.caller.department or "", catalogue, now)
    with call.service.database.reading() as connection:
        found = on_desk(connection, wanted, None, MOST_ROWS + 1)
    rows = [_cells(call, each) for each in found[:MOST_ROWS]]
    if len(found) > MOST_ROWS:
        rows.append((_say(MORE.filled(number=MOST_ROWS)), *[""] * (len(HEADING) - 1)))
    table = WrittenTable(_say(Phrase("Assignments")), [_say(each) for each in HEADING], rows)
    response = flask.Response(workbook([table]), content_type=XLSX)
    name = f"{wanted.department}-{local(now, catalogue):%Y-%m-%d}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(call: Call[Routing], each: Assignment) -> tuple[str, ...]:
    catalogue = call.service.catalogue
    row = row_of(each, catalogue, given_of(call.query), call.service.database.clock.now())
    level = LEVELS.get(each.level) if each.level else None
    said = (row.title, row.standing, ROLES[each.role], topic_of(each, catalogue), level, row.due)
    return (each.opinion, *map(_say, said), f"{row.at:%Y-%m-%d %H:%M}", str(row.overdue or ""))


def _say(value: object) -> str:
    return "" if value is None else TEMPLATES.say(value, this_reader())
