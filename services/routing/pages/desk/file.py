"""The list of a desk as a workbook: what the page shows, narrowed as the page is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import OF_A_DEPARTMENT
from services.contracts.words.vocabulary import LEVELS, ROLES
from services.design.phrases import Phrase
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.desk.filters import DESK, LIST, DeskQuery, wanted_of
from services.routing.pages.desk.rows import row_of, topic_of
from services.routing.pages.paper import TEMPLATES, local
from services.routing.store.desks.desk import on_desk
from services.runtime.sheets.workbook import XLSX
from services.runtime.web.calls import Call
from services.runtime.web.pages.files import MORE, MOST_ROWS, workbook_of
from services.runtime.web.pages.html import error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
HEADING: Final = (
    Phrase("Number of the opinion"), Phrase("Title"), Phrase("State"), Phrase("Part"), Phrase("Topic"), Phrase("Level"),
    Phrase("Due next"), Phrase("Due"), Phrase("Working days overdue"),
)  # fmt: skip


@routes.get(f"{DESK}/list.xlsx", access=OF_A_DEPARTMENT, query=DeskQuery, page=error_page, personal=True, gives=(XLSX,))
def list_file(call: Call[Routing]) -> Answer:
    """What the department has in hand as a workbook, the next answer due first."""
    catalogue, given, now = call.service.catalogue, LIST.given(call.query), call.service.database.clock.now()
    wanted = wanted_of(call.query, call.caller.department or "", catalogue, now)
    with call.service.database.reading() as connection:
        found = on_desk(connection, wanted, None, MOST_ROWS + 1)
    rows = [_cells(each, catalogue, given, now) for each in found[:MOST_ROWS]]
    rest = MORE.filled(number=MOST_ROWS) if len(found) > MOST_ROWS else None
    response = workbook_of(TEMPLATES, Phrase("Assignments"), HEADING, rows, rest)
    name = f"{wanted.department}-{local(now, catalogue):%Y-%m-%d}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(each: Assignment, catalogue: Catalogue, given: Mapping[str, str], now: datetime) -> tuple[object, ...]:
    row = row_of(each, catalogue, given, now)
    level = LEVELS.get(each.level) if each.level else None
    return (
        each.opinion, row.title, row.standing, ROLES[each.role], topic_of(each, catalogue), level, row.due,
        f"{row.at:%Y-%m-%d %H:%M}", str(row.overdue or ""),
    )  # fmt: skip
