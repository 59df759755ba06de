"""What several people told in words of their own; the office confirms it, takes out what is not, and decides at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import flask

from services.contracts.errors import Invalid
from services.contracts.lifecycle import State
from services.contracts.words.vocabulary import STATES
from services.design.phrases import Phrase
from services.intake.app.context import REVIEWERS, Intake
from services.intake.app.similarity import incidents as app
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.publication.public import area_name
from services.intake.pages.similarity.deciding import KEPT, NOTHING, Mistakes, body_of, choices, decide, said, target_of
from services.intake.pages.timeline import department_name, local
from services.intake.schemas.similarity.incidents import SplitBody
from services.intake.store.similarity.incidents import Incident, page_of_incidents
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import cursor_of, read_number
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.requests import validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST = NarrowedList("/incidents")
ONE = f"{LIST.path}/<incident>"
A_PAGE = 30
STANDINGS: Mapping[str, Phrase] = {"found": Phrase("To be confirmed"), "confirmed": Phrase("Confirmed")}
NOTHING_CHOSEN = Phrase("Please choose the opinions that tell of something else")
_SPLIT = SplitBody()


@routes.get("/incidents", access=REVIEWERS, page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What several people told of, the latest found first."""
    service, cursor = call.service, call.query.get("cursor")
    with service.database.reading() as connection:
        after = read_number(str(cursor)) if cursor else None
        found = page_of_incidents(connection, after, A_PAGE, service.database.clock.now())
    if cursor and not found:
        # What was on that page is in no incident any more.
        return see_other(LIST.path)
    shown = found[:A_PAGE]
    following = LIST.behind(call.query, cursor_of(shown[-1].number)) if len(found) > A_PAGE else None
    return desk_html(
        TEMPLATES, "incidents.html", place=service.catalogue, role=call.caller.role, standings=STANDINGS, following=following,
        first=LIST.path if cursor else None,
        rows=[(each, LIST.on_it(str(each.number), call.query), *_where_and_when(each, call)) for each in shown],
    )  # fmt: skip


@routes.get(ONE, access=REVIEWERS, page=error_page)
def incident_page(call: Call[Intake]) -> Answer:
    """An incident with its opinions, and the decisions on them."""
    return _page(call)


@routes.post(f"{ONE}/confirm", stands_on=ONE, access=REVIEWERS, page=error_page)
def confirm(call: Call[Intake]) -> Answer:
    """Confirm that all of it is one thing."""
    app.confirm(call)
    return see_other(_address(call))


@routes.post(f"{ONE}/split", stands_on=ONE, access=REVIEWERS, page=error_page)
def split(call: Call[Intake]) -> Answer:
    """Take the chosen opinions out; back to what is left, or to the list."""
    try:
        body = validate(_SPLIT, {"opinions": flask.request.form.getlist("opinions")})
    except Invalid:
        return _page(call, 422, mistakes={"opinions": NOTHING_CHOSEN})
    left = body_of(app.split(replace(call, body=body)))["standing"]
    return see_other(_address(call) if left else LIST.back(call.query))


@routes.post(f"{ONE}/accept", stands_on=ONE, access=REVIEWERS, page=KEPT)
def accept(call: Call[Intake]) -> Answer:
    """Accept all that wait for review on the same terms."""
    return decide(call, "accept", app.accept_incident, partial(_address, call), partial(_page, call))


@routes.post(f"{ONE}/decline", stands_on=ONE, access=REVIEWERS, page=KEPT)
def decline(call: Call[Intake]) -> Answer:
    """Decline all that wait for review."""
    return decide(call, "decline", app.decline_incident, partial(_address, call), partial(_page, call))


@routes.post(f"{ONE}/return", stands_on=ONE, access=REVIEWERS, page=KEPT)
def return_(call: Call[Intake]) -> Answer:
    """Ask the submitters of all that wait for review for more."""
    return decide(call, "return", app.return_incident, partial(_address, call), partial(_page, call))


@routes.post(f"{ONE}/merge", stands_on=ONE, access=REVIEWERS, page=KEPT)
def merge(call: Call[Intake]) -> Answer:
    """Merge all that wait for review into one that is handled."""
    return decide(call, "merge", app.merge_incident, partial(_address, call), partial(_page, call))


def _address(call: Call[Intake], **more: str) -> str:
    return LIST.on_it(str(app.number_of(call)), call.query, **more)


def _page(
    call: Call[Intake], status: int = 200, form: Mapping[str, str] = NOTHING, mistakes: Mistakes | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue = call.service.catalogue
    found, told = app.incident_of(call)
    areas, first, last = _where_and_when(found, call)
    rows = [
        (
            each, STATES[each.state], area_name(each.area, catalogue), local(each.submitted, catalogue).date(),
            department_name(each.department, catalogue) if each.department else None,
            f"/reviews/{each.id}" if each.state is State.SUBMITTED else f"/cases/{each.id}",
        )
        for each in told
    ]  # fmt: skip
    return desk_html(
        TEMPLATES, "incident.html", status, place=catalogue, role=call.caller.role, rows=rows,
        session=call.session, incident=found, standing=STANDINGS[found.standing],
        areas=areas, first=first, last=last, back=LIST.back(call.query),
        at=lambda verb: LIST.on_it(f"{app.number_of(call)}/{verb}", call.query), version="", form={**NOTHING, **form},
        mistakes=mistakes or {},
        notice=notice, said=said(call), targets=[target_of(each, catalogue) for each in told if each.state.is_with_routing],
        **choices(catalogue),
    )  # fmt: skip


def _where_and_when(each: Incident, call: Call[Intake]) -> tuple[list[object], object, object]:
    catalogue = call.service.catalogue
    return (
        [area_name(code, catalogue) for code in each.areas],
        local(each.first, catalogue).date(),
        local(each.last, catalogue).date(),
    )
