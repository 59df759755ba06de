"""What departments have asked for and a supervisor rules on: that another one has a case, or more time. One reason, one press."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, Conflict, Invalid
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import LEVELS, ROLES
from services.design.phrases import Phrase
from services.routing.app import assignments as app
from services.routing.app.context import RULING, Routing
from services.routing.domain.assignment import Assignment
from services.routing.pages.paper import TEMPLATES, department_name, local
from services.routing.pages.parts import RULINGS, rulings_on
from services.routing.schemas.bodies import RulingBody
from services.routing.store.desks.waiting import asked_for
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = NarrowedList(RULINGS)
A_PAGE: Final = 20
RULED: Final = Phrase("Ruled on.")
GONE: Final = Phrase("It does not wait for a ruling any more: somebody else ruled on it, or it was withdrawn.")
WRONG: Final[Mapping[str, Phrase]] = {
    "reason": Phrase("Please say why, at most 2,000 characters"), "department": Phrase("Please choose one of the departments"),
}  # fmt: skip
LABELS: Final[Mapping[str, Phrase]] = {"reason": Phrase("Why"), "department": Phrase("Department")}
KEPT: Final = KeptForm({"reason": LABELS["reason"]}, ("granted", "department", VERSION, KEY))
_BODY = RulingBody()


class ShownRequest(NamedTuple):
    """What a department has asked for. `proposed` is the department that it says should have the case, where it objects."""

    each: Assignment
    about: Literal["objection", "extension"]
    department: Words
    proposed: Words | None
    due: datetime
    until: datetime | None
    facts: list[Words]
    rulings: list[tuple[datetime, Phrase, str]]
    version: str


@routes.get(RULINGS, access=RULING, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """What waits for a ruling, the oldest case first."""
    return _page(call)


@routes.post(f"{RULINGS}/<assignment_id>/<about>", stands_on=RULINGS, access=RULING, page=KEPT)
def rule(call: Call[Routing]) -> Answer:
    """Rule on what was asked for, and go back to the list; or show it again with what was typed and what is wrong."""
    form = read_form(("granted", "reason", "department", VERSION, KEY))
    asked = {"about": call.path["about"], "granted": form["granted"] == "yes", "reason": form["reason"]}
    if form["department"] and form["granted"] == "yes":
        asked["department"] = form["department"]
    try:
        body = validate(_BODY, asked)
        app.rule(posted(call, body, form))
    except Invalid as error:
        wrong = {name: words for name, words in WRONG.items() if name in error.errors}
        return _page(call, 422, wrong or {"reason": WRONG["reason"]}, form)
    except (Changed, Conflict):
        return _page(call, 409, form=form, notice=GONE)
    return see_other(LIST.back(call.query, did=call.path["assignment_id"]))


def _page(
    call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, form: Mapping[str, str] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    service, catalogue, cursor = call.service, call.service.catalogue, call.query.get("cursor")
    with service.database.reading() as connection:
        found = asked_for(connection, read_cursor(str(cursor)) if cursor else None, A_PAGE + 1)
    shown, typed = found[:A_PAGE], call.path.get("assignment_id", "")
    wrong = {f"{name}-{typed}-{call.path['about']}": words for name, words in (mistakes or {}).items()}
    return desk_html(
        TEMPLATES, "rulings.html", status, place=catalogue, role=call.caller.role, session=call.session, notice=notice,
        requests=[request for each in shown for request in _requests(call, each)], mistakes=wrong,
        labels={name: LABELS[name.partition("-")[0]] for name in wrong}, form=form or {}, typed=(typed, call.path.get("about")),
        departments=[(None, [(code, name_of(each)) for code, each in catalogue.departments.items()])],
        key=secrets.token_urlsafe(16),
        said=RULED if call.query.get("did") and status == 200 else None,
        following=f"{RULINGS}?cursor={cursor_of(shown[-1].id)}" if len(found) > A_PAGE else None, first=RULINGS if cursor else None,
        action=lambda each, about: LIST.on_it(f"{each}/{about}", call.query),
    )  # fmt: skip


def _requests(call: Call[Routing], each: Assignment) -> list[ShownRequest]:
    catalogue = call.service.catalogue
    objection = [_shown(call, each, "objection", catalogue)] if each.objects else []
    return objection + ([_shown(call, each, "extension", catalogue)] if each.asked_until else [])


def _shown(call: Call[Routing], each: Assignment, about: Literal["objection", "extension"], catalogue: Catalogue) -> ShownRequest:
    until, proposed = each.asked_until, each.proposed
    facts = ([] if each.is_lead else [ROLES[each.role]]) + ([LEVELS[each.level]] if each.level and each.level in LEVELS else [])
    return ShownRequest(
        each, about, department_name(each.department, catalogue),
        department_name(proposed, catalogue) if proposed and about == "objection" else None, local(each.reply_by, catalogue),
        local(until, catalogue) if until else None, facts, rulings_on(call.service, [each]) if about == "objection" else [],
        tag_of({"updated": each.updated}),
    )  # fmt: skip
