"""The list of public promises, and what became of each."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from services.contracts.people.callers import PUBLIC
from services.contracts.words.bilingual import Words
from services.contracts.words.vocabulary import PROMISED
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.publication.public import LIST_COST
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.caching import shared
from services.intake.pages.timeline import department_name, local
from services.intake.schemas.publication.public import FromQuery
from services.intake.store.publication import public
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
A_PAGE = 20
TONES = {"open": "info", "kept": "good", "broken": "bad"}


class PromiseShown(NamedTuple):
    """A promise as it is shown."""

    entry: int
    address: str
    what: str
    department: Words | Phrase
    due: date | None
    state: Words
    tone: str


def promises_shown(service: Intake, department: str | None, before: int | None, limit: int) -> list[PromiseShown]:
    """The public promises, of one department or of all, and one more than `limit`."""
    with service.database.reading() as connection:
        found = public.promises(connection, department, before, limit)
        standing = public.promised(connection, [opinion for opinion, _ in found])
    shown = []
    for opinion, part in found:
        state = standing[part.entry].state if part.entry in standing else "open"
        due = local(datetime.fromisoformat(part.due), service.catalogue).date() if part.due else None
        department_shown = department_name(part.department, service.catalogue)
        shown.append(
            PromiseShown(
                part.entry, f"/public/opinions/{opinion}", part.content, department_shown, due, PROMISED[state], TONES[state]
            )
        )
    return shown


@routes.get("/public/promises", access=PUBLIC, cost=LIST_COST, query=FromQuery, page=error_page)
def promises_page(call: Call[Intake]) -> Answer:
    """All public promises, the last one first."""
    found = promises_shown(call.service, None, call.query["before"], A_PAGE)
    shown = found[:A_PAGE]
    older = f"/public/promises?before={shown[-1].entry}" if len(found) > A_PAGE else None
    first = "/public/promises" if call.query["before"] is not None else None
    return shared(html(TEMPLATES, "public-promises.html", place=call.service.catalogue, promises=shown, older=older, first=first))
