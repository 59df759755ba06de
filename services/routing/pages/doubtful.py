"""The opinions that routing is not sure of: the likeliest departments, what speaks for each, and one press to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

import flask

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, NotFound
from services.contracts.people.callers import OFFICE
from services.contracts.words.bilingual import Words, name_of
from services.design.phrases import Phrase
from services.routing.app import learning as app
from services.routing.app.context import Routing
from services.routing.gateway.learning import Learning
from services.routing.pages.paper import TEMPLATES, department_name, local
from services.routing.schemas.learning import DecisionBody
from services.routing.store.learning import doubts
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST = NarrowedList("/doubtful")
A_PAGE = 10
DONE = Phrase("Assigned to %(department)s")
GONE = Phrase("It did not wait any more: somebody else has decided, or it was withdrawn.")
CHOOSE = Phrase("Please choose one of the departments")
_DECISION = DecisionBody()


class ShownChance(NamedTuple):
    """A department that an opinion may be for: in how many of a hundred cases like it, and the words that speak for it."""

    code: str
    name: Words
    percent: int
    words: str


class ShownRuling(NamedTuple):
    """An earlier ruling on a case like it: where it was sent, and why."""

    day: date
    department: Words
    reason: str


class ShownDoubt(NamedTuple):
    """An opinion that waits."""

    opinion: str
    title: str
    content: str
    at: datetime
    chances: Sequence[ShownChance]
    rulings: Sequence[ShownRuling]


@routes.get(LIST.path, access=OFFICE, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """What waits for a person to say whose duty it is, the oldest first."""
    return _page(call)


@routes.post(
    f"{LIST.path}/<opinion>", stands_on=LIST.path, access=OFFICE, page=KeptForm({"reason": Phrase("Why")}, ("department",))
)
def decide(call: Call[Routing]) -> Answer:
    """Give an opinion to a department; back to what waits."""
    form = read_form(("department", "reason"))
    try:
        app.decide(replace(call, body=validate(_DECISION, form)))
    except Invalid:
        return _page(call, 422, {f"department-{call.path['opinion']}": CHOOSE}, form["reason"])
    except NotFound:
        return see_other(LIST.back(call.query, did="nothing"))
    return see_other(LIST.back(call.query, did=form["department"]))


def _page(call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, reason: str = "") -> flask.Response:
    service, cursor, catalogue = call.service, call.query.get("cursor"), call.service.catalogue
    with service.database.reading() as connection:
        found = doubts.waiting(connection, read_cursor(str(cursor)) if cursor else None, A_PAGE)
    shown = found[:A_PAGE]
    following = LIST.behind(call.query, cursor_of(shown[-1].message.opinion.id)) if len(found) > A_PAGE else None
    departments = [(None, [(each.code, name_of(each)) for each in catalogue.departments.values()])]
    return desk_html(
        TEMPLATES, "doubtful.html", status, place=catalogue, role=call.caller.role, departments=departments, reason=reason,
        session=call.session, doubts=[_shown(each, service.learning, catalogue) for each in shown],
        mistakes=mistakes or {}, labels=dict.fromkeys(mistakes or {}, Phrase("Department")), notice=_said(call, catalogue),
        following=following, first=LIST.path if cursor else None,
        action=lambda opinion: LIST.on_it(opinion, call.query),
    )  # fmt: skip


def _said(call: Call[Routing], catalogue: Catalogue) -> Phrase | None:
    did = str(call.query.get("did", ""))
    if did in catalogue.departments:
        return DONE.filled(department=department_name(did, catalogue))
    return GONE if did else None


def _shown(doubt: doubts.Doubt, learning: Learning, catalogue: Catalogue) -> ShownDoubt:
    text = doubt.message.opinion
    likely = doubt.learned.likely
    asked = learning.about(text.title, text.content)
    words = asked.speaking([each.department for each in likely]) if asked else []
    if not any(words):
        # What spoke for the first one when it was judged: no model says it any more.
        words = [doubt.learned.words if place == 0 else () for place in range(len(likely))]
    chances = [
        ShownChance(each.department, department_name(each.department, catalogue), round(each.probability * 100), "、".join(said))
        for each, said in zip(likely, words, strict=True)
        if each.department in catalogue.departments
    ]
    near = [each.case for each in asked.nearest()] if asked else []
    rulings = [
        ShownRuling(local(each.at, catalogue).date(), department_name(each.belongs, catalogue), each.reason) for each in near
    ]
    return ShownDoubt(text.id, text.title, text.content, local(doubt.at, catalogue), chances, rulings)
