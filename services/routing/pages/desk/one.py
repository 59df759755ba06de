"""One assignment on the desk: what was told, what is due, and a form for everything that its department can do now."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import flask
from sqlalchemy.engine import Connection

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Changed, Conflict, Invalid, NotFound
from services.contracts.people.callers import OF_A_DEPARTMENT
from services.contracts.words.bilingual import name_of
from services.contracts.words.vocabulary import CONTACTS, OUTCOMES
from services.design.phrases import Phrase
from services.routing.app import assignments as app
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.pages.desk.filters import DESK, LIST, DeskQuery, wanted_of
from services.routing.pages.desk.forms import (
    BY_VERB,
    FORMS,
    ITEM,
    MOST_DEMANDS,
    body_of,
    labels_of,
    mistakes_of,
    names_of,
)
from services.routing.pages.desk.rows import row_of
from services.routing.pages.desk.signing import ACTING
from services.routing.pages.desk.wording import CHOSEN, INTO, PUT, VERB, with_text
from services.routing.pages.paper import CHANGED, NOT_NOW, TEMPLATES
from services.routing.pages.parts import rulings_on, shown_assignment, shown_promise
from services.routing.schemas.bodies import BODIES
from services.routing.store.desks.desk import Place, on_desk
from services.routing.store.promises import promises_of
from services.routing.store.reading import find, others_of
from services.routing.store.support import supporters_of
from services.routing.store.templates import titles_of
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import KEY, VERSION, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
#: How many demands a form of an answer has, and the button that adds one.
DEMANDS, MORE = "demands", "more"
SCHEMAS: Final = {verb: shape() for verb, shape in BODIES.items()}
KEPT: Final = KeptForm(
    {name: label for form in FORMS for name, label in labels_of(form, MOST_DEMANDS).items()},
    (VERSION, KEY, DEMANDS, MORE, CHOSEN, PUT),
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in, with what is wrong with it."""

    verb: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    demands: int = 0
    mistakes: Mapping[str, Phrase] = field(default_factory=dict)


NOTHING: Final = Filled()


@routes.get(f"{DESK}/<assignment_id>", access=OF_A_DEPARTMENT, query=DeskQuery, page=error_page, personal=True)
def one_page(call: Call[Routing]) -> Answer:
    """One assignment with what can be done about it."""
    return _page(call)


@routes.post(f"{DESK}/<assignment_id>/<verb>", stands_on=f"{DESK}/<assignment_id>", access=ACTING, query=DeskQuery, page=KEPT)
def act(call: Call[Routing]) -> Answer:
    """Do what a form says and go back to the list; or show the assignment again with what was typed and what is wrong."""
    form = BY_VERB.get(call.path["verb"])
    if form is None:
        raise NotFound("There is no such form.")
    demands = _demands(read_form((DEMANDS,))[DEMANDS])
    names = names_of(form, demands)
    given = read_form((*names, VERSION, KEY, MORE, CHOSEN, PUT))
    filled = Filled(form.verb, given, demands)
    if given[MORE]:
        return _page(call, filled=replace(filled, demands=min(demands + 1, MOST_DEMANDS)))
    if given[PUT] and form.verb == VERB:
        return _page(call, filled=replace(filled, given=with_text(call, given)))
    try:
        body = validate(SCHEMAS[form.verb], body_of(form, given, demands, call.service.catalogue.calendar.zone))
        app.move(posted(call, body, given), form.verb)
    except Invalid as error:
        return _page(call, 422, filled=replace(filled, mistakes=mistakes_of(form, error.errors, names)))
    except Changed:
        return _page(call, 409, CHANGED, filled)
    except Conflict:
        return _page(call, 409, NOT_NOW, filled)
    return see_other(LIST.back(call.query, did=form.verb, about=call.path["assignment_id"]))


def _demands(text: str) -> int:
    return min(int(text), MOST_DEMANDS) if text.isascii() and text.isdigit() and len(text) <= 2 else 0


def _page(call: Call[Routing], status: int = 200, notice: Phrase | None = None, filled: Filled = NOTHING) -> flask.Response:
    service, catalogue = call.service, call.service.catalogue
    now, role = service.database.clock.now(), call.caller.role
    with service.database.reading() as connection:
        found = find(connection, call.path["assignment_id"])
        if found is None or found.department != call.caller.department:
            raise NotFound("There is no such assignment, or it is not this department's.")
        others, promised = others_of(connection, [found.opinion]), promises_of(connection, found.id)
        supporters, beside = supporters_of(connection, found.opinion), _beside(call, connection, found)
        texts = titles_of(connection, found.department) if role in ACTING else []
    allowed = found.verbs_now(catalogue, promised) if role in ACTING else ()
    return desk_html(
        TEMPLATES, "desk/one.html", status, place=catalogue, role=role, session=call.session, each=found, notice=notice,
        row=row_of(found, catalogue, LIST.kept(call.query), now), about=shown_assignment(found, catalogue, call.caller),
        rulings=rulings_on(service, [found]), supporters=supporters, beside=beside, list_address=LIST.back(call.query),
        others=[shown_assignment(each, catalogue, call.caller) for each in others if found.is_lead],
        promises=[shown_promise(each, catalogue) for each in promised],
        # What was typed is shown, whatever can be done now.
        forms=[form for form in FORMS if form.verb in allowed or form.verb == filled.verb], filled=filled,
        labels=labels_of(BY_VERB[filled.verb], filled.demands) if filled.verb else {},
        action=lambda verb: LIST.on_it(f"{found.id}/{verb}", call.query), version=tag_of({"updated": found.updated}),
        key=secrets.token_urlsafe(16), item=ITEM, most_demands=MOST_DEMANDS, offers=_offers(catalogue, found, promised),
        texts={"verb": VERB, "into": INTO, "chosen": CHOSEN, "put": PUT, "groups": _one_group(texts) if texts else []},
    )  # fmt: skip


def _offers(catalogue: Catalogue, found: Assignment, promised: Sequence[TrackedPromise]) -> dict[str, object]:
    """What can be chosen, by kind of field."""
    others = [(code, name_of(each)) for code, each in catalogue.departments.items() if code != found.department]
    left = [(each.id, each.what) for each in promised if each.can_be_kept]
    return {
        "outcome": list(OUTCOMES.items()), "contact": _one_group(CONTACTS.items()), "department": _one_group(others),
        "promised": _one_group(left),
    }  # fmt: skip


def _one_group(options: Iterable[tuple[str, object]]) -> list[tuple[None, list[tuple[str, object]]]]:
    return [(None, list(options))]


def _beside(call: Call[Routing], connection: Connection, found: Assignment) -> tuple[str | None, str | None]:
    """The addresses of the assignments before and behind this one in the list that it was opened from."""
    wanted = wanted_of(call.query, found.department, call.service.catalogue, call.service.database.clock.now())
    place = Place(found.reply_by, found.id)
    near = [next(iter(on_desk(connection, wanted, place, 1, back=back)), None) for back in (True, False)]
    before, behind = (LIST.on_it(each.id, call.query) if each else None for each in near)
    return before, behind
