"""The departments beside the lead of a case: who they are, taking others in and taking one out for a reason that they read."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import flask

from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.messages.values import Handling
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import ROLES
from services.design.phrases import Phrase
from services.routing.app import oversight
from services.routing.app.assignments import readable
from services.routing.app.context import RULING, Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.paper import CHANGED, NOT_NOW, TEMPLATES, department_name, standing_of
from services.routing.schemas.oversight import MOST_HANDLERS, HandlersBody, TakeOutBody
from services.routing.store.desks.waiting import of_opinion
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
PATH: Final = "/watched/<assignment_id>/handlers"
OUT: Final = "/watched/<assignment_id>/out"
#: What the box of a department is called: this and its code.
BOX: Final = "with-"
LABELS: Final[Mapping[str, Phrase]] = {
    "departments": Phrase("Departments"), "handling": Phrase("How they handle it"), "reason": Phrase("Why"),
    "out-reason": Phrase("Why it is taken out"),
}  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    "departments": Phrase("Please choose at least one department, at most %(most)s").filled(most=MOST_HANDLERS),
    "handling": Phrase("Please choose how they handle it"), "reason": Phrase("Please say why, at most 2,000 characters"),
}  # fmt: skip
HANDLINGS: Final[Mapping[Handling, Phrase]] = {
    "joint": Phrase("they give the lead their opinions, and the lead answers"),
    "separate": Phrase("each answers the submitter for its own part"),
}
_ADD, _OUT = HandlersBody(), TakeOutBody()


class Beside(NamedTuple):
    """A department beside the lead; `version` where it can be taken out."""

    id: str
    name: Words
    role: Words
    standing: Words
    version: str | None


@routes.get(PATH, access=RULING, page=error_page)
def handlers_page(call: Call[Routing]) -> Answer:
    """Who handles a case beside its lead, with the forms that change it."""
    return _page(call)


@routes.post(PATH, access=RULING, page=KeptForm(LABELS, (VERSION, KEY, "handling", f"{BOX}*")))
def add(call: Call[Routing]) -> Answer:
    """Take departments into a case beside its lead; back to the case."""
    chosen = [name.removeprefix(BOX) for name in flask.request.form if name.startswith(BOX)]
    form = read_form(("handling", "reason", VERSION, KEY))
    asked = {"departments": chosen, "handling": form["handling"], "reason": form["reason"]}
    try:
        oversight.add_handlers(posted(call, validate(_ADD, asked), form))
    except Invalid as error:
        return _page(call, 422, {name: WRONG[name.partition(".")[0]] for name in error.errors}, form, chosen)
    except (Changed, Conflict) as error:
        return _page(call, 409, form=form, chosen=chosen, notice=CHANGED if isinstance(error, Changed) else NOT_NOW)
    return see_other(f"/cases/{_lead(call)[0].opinion}")


@routes.post(OUT, stands_on=PATH, access=RULING, page=KeptForm(LABELS, (VERSION, KEY)))
def take_out(call: Call[Routing]) -> Answer:
    """Take a department out that handles a case beside the lead; back to the case."""
    form = read_form(("out-reason", VERSION, KEY))
    try:
        oversight.take_out(posted(call, validate(_OUT, {"reason": form["out-reason"]}), form))
    except Invalid:
        return _page(call, 422, {f"out-{call.path['assignment_id']}": WRONG["reason"]}, form)
    except (Changed, Conflict) as error:
        return _page(call, 409, form=form, notice=CHANGED if isinstance(error, Changed) else NOT_NOW)
    return see_other(f"/cases/{_lead(call)[0].opinion}")


def _lead(call: Call[Routing]) -> tuple[Assignment, Sequence[Assignment]]:
    """The lead of the case of an assignment, and all of its assignments; raises `NotFound`."""
    with call.service.database.reading() as connection:
        case = of_opinion(connection, readable(call, connection).opinion)
    lead = next((each for each in reversed(case) if each.is_lead), None)
    if lead is None:
        raise NotFound("No department leads this case.")
    return lead, case


def _page(
    call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, form: Mapping[str, str] | None = None,
    chosen: Collection[str] = (), notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    (lead, case), catalogue, wrong = _lead(call), call.service.catalogue, mistakes or {}
    parts = [each for each in case if not each.is_lead]
    beside = [
        Beside(
            each.id, department_name(each.department, catalogue), ROLES[each.role], standing_of(each),
            tag_of({"updated": each.updated}) if each.state.is_with_department else None,
        )
        for each in parts
    ]  # fmt: skip
    engaged = {lead.department, *(each.department for each in parts if each.state.is_with_department)}
    labels = {**LABELS, **{f"out-{each.id}": LABELS["out-reason"] for each in beside}}
    free = [(code, name_of(each)) for code, each in catalogue.departments.items() if code not in engaged]
    return desk_html(
        TEMPLATES, "handlers.html", status, place=catalogue, role=call.caller.role, session=call.session, lead=lead,
        department=department_name(lead.department, catalogue), standing=standing_of(lead), beside=beside, box=BOX,
        free=free if lead.state.is_with_department else [], chosen=chosen, handlings=HANDLINGS.items(), mistakes=wrong,
        labels=labels, given=form or {}, typed=call.path["assignment_id"], notice=notice,
        version=tag_of({"updated": lead.updated}), key=secrets.token_urlsafe(16),
    )  # fmt: skip
