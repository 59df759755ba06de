"""The list of cases as a workbook: what the page finds, in its order, without who told it and without the texts."""

from __future__ import annotations

from typing import Final

from services.contracts.catalogue.model import Catalogue
from services.contracts.people.callers import STAFF
from services.contracts.words.vocabulary import CHANNELS, LEVELS, OUTCOMES, STATES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.listing import listed
from services.intake.domain.opinion import Opinion
from services.intake.pages.office.narrowing import LIST, asked
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.schemas.queries import CasesQuery
from services.runtime.sheets.workbook import XLSX
from services.runtime.web.calls import Call
from services.runtime.web.pages.files import MORE, MOST_ROWS, workbook_of
from services.runtime.web.pages.html import error_page
from services.runtime.web.routes import Answer, Routes

routes = Routes()
FILE: Final = f"{LIST}/list.xlsx"
HEADING: Final = (
    Phrase("Number of the opinion"), Phrase("Title"), Phrase("State"), Phrase("Submitted on"), Phrase("Topic"), Phrase("Area"),
    Phrase("Department"), Phrase("Through"), Phrase("Level"), Phrase("Outcome"),
)  # fmt: skip


@routes.get(FILE, access=STAFF, query=CasesQuery, page=error_page, personal=True, gives=(XLSX,))
def list_file(call: Call[Intake]) -> Answer:
    """The cases that were found as a workbook; a department has those that it handles."""
    found, page = listed(asked(call, MOST_ROWS, cursor=None))
    rest = MORE.filled(number=len(found)) if page["next"] else None
    response = workbook_of(TEMPLATES, Phrase("Find cases"), HEADING, [_cells(each, call.service.catalogue) for each in found], rest)
    day = local(call.service.database.clock.now(), call.service.catalogue)
    response.headers["Content-Disposition"] = f'attachment; filename="cases-{day:%Y-%m-%d}.xlsx"'
    return response


def _cells(each: Opinion, catalogue: Catalogue) -> tuple[object, ...]:
    submitted = local(each.submitted, catalogue)
    return (
        each.id, each.title, STATES[each.state], f"{submitted:%Y-%m-%d %H:%M}",
        topic_name(each.topic, catalogue) if each.topic else None, area_name(each.area, catalogue),
        department_name(each.department, catalogue) if each.department else None, CHANNELS.get(each.channel),
        LEVELS.get(each.level or ""), OUTCOMES[each.outcome] if each.outcome else None,
    )  # fmt: skip
