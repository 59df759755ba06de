"""The list of look-backs, and the form that draws a sample or takes the cases that are named."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import flask

from services.contracts.errors import Conflict, Invalid
from services.contracts.people.callers import OFFICE
from services.contracts.time.dates import read_instant
from services.contracts.words.bilingual import Words, name_of
from services.design.phrases import Phrase
from services.routing.app import following as app
from services.routing.app.context import RULING, Routing
from services.routing.domain.sampling import SAMPLE_SIZE, Found, Lookback
from services.routing.pages.paper import TEMPLATES, department_name, local
from services.routing.schemas.following import LookbackBody
from services.routing.store.lookbacks import leads_of, list_lookbacks
from services.runtime.input.numbers import typed_number
from services.runtime.web.calls import Call
from services.runtime.web.lists.narrowing import NarrowedList
from services.runtime.web.lists.paging import LARGEST_LIMIT, cursor_of, read_cursor
from services.runtime.web.pages.forms import KEY, posted
from services.runtime.web.pages.html import desk_html, error_page, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LOOKBACKS: Final = NarrowedList("/lookbacks")
LIST: Final = LOOKBACKS.path
A_PAGE: Final = 30
LABELS: Final[Mapping[str, Phrase]] = {
    "department": Phrase("Department"), "since": Phrase("Concluded from"), "until": Phrase("Concluded until"),
    "size": Phrase("How many"), "assignments": Phrase("Or these cases"),
}  # fmt: skip
WRONG: Final[Mapping[str, Phrase]] = {
    "department": Phrase("Please choose one of the departments"), "since": Phrase("Please choose a day"),
    "until": Phrase("Please choose a day that is not before the first one"),
    "size": Phrase("Please enter a number from 1 to 500"),
    "assignments": Phrase("Please name concluded cases only, each once, and leave the other fields empty"),
}  # fmt: skip
#: What is wrong with days that are days: more was concluded since then than can be kept of one draw.
REFUSED: Final = {
    **WRONG, "since": Phrase("More cases were concluded then than one draw is made from: choose a shorter period or a department"),
}  # fmt: skip
NOTHING: Final = Phrase("There is no concluded case to look at again.")
EMPTY: Final[Mapping[str, str]] = dict.fromkeys(LABELS, "")
_BODY = LookbackBody()
_BETWEEN: Final = re.compile(r"[\s,，、;；]+")


class ShownLookback(NamedTuple):
    """A look-back as pages show it."""

    id: str
    at: datetime
    drawn: bool
    department: Words | None
    since: datetime | None
    until: datetime | None
    found: Found


@routes.get(LIST, access=OFFICE, page=error_page)
def list_page(call: Call[Routing]) -> Answer:
    """Look-backs, the newest first, with what was found."""
    return _page(call)


@routes.post(LIST, access=RULING, page=KeptForm(LABELS, (KEY,)))
def draw(call: Call[Routing]) -> Answer:
    """Draw a sample, or take the cases that are named; on to the look-back."""
    form = read_form((*LABELS, KEY))
    try:
        body = validate(_BODY, _asked(call, form))
    except Invalid as error:
        return _page(call, 422, _mistakes(error, WRONG), form)
    try:
        answer = app.look_back(posted(call, body, form))
    except Invalid as error:
        return _page(call, 422, _mistakes(error, REFUSED), form)
    except Conflict:
        return _page(call, 409, form=form, notice=NOTHING)
    _, made = answer if isinstance(answer, tuple) else (0, None)
    return see_other(f"{LIST}/{made['id']}" if isinstance(made, Mapping) else LIST)


def shown_lookback(call: Call[Routing], each: Lookback, found: Found) -> ShownLookback:
    """A look-back with its times by the clock of the place; its last day is the day before what it does not reach."""
    catalogue = call.service.catalogue
    since, until = (local(at, catalogue) if at else None for at in (each.since, each.until))
    return ShownLookback(
        each.id, local(each.at, catalogue), each.seed is not None,
        department_name(each.department, catalogue) if each.department else None, since,
        until - timedelta(microseconds=1) if until else None, found,
    )  # fmt: skip


def _asked(call: Call[Routing], form: Mapping[str, str]) -> dict[str, Any]:
    """What was filled in, as the API takes it."""
    zone = call.service.catalogue.calendar.zone
    given: dict[str, Any] = {name: form[name] for name in ("department", "since", "until", "size") if form[name]}
    for name, days in (("since", 0), ("until", 1)):
        instant = read_instant(form[name], zone)
        if instant is not None and instant.year < 9999:
            given[name] = (instant + timedelta(days=days)).isoformat()
    if "size" in given:
        given["size"] = typed_number(form["size"])
    if named := _named(form["assignments"]):
        with call.service.database.reading() as connection:
            # More than that are refused, whatever they lead to.
            leads = leads_of(connection, named) if len(named) <= LARGEST_LIMIT else {}
        given["assignments"] = [leads.get(each, each) for each in named]
    return given


def _named(text: str) -> list[str]:
    """The numbers of cases in a text, alone or as addresses of their pages."""
    parts = (part.partition("?")[0].rstrip("/").rpartition("/")[2] for part in _BETWEEN.split(text))
    return [part for part in parts if part]


def _mistakes(error: Invalid, words: Mapping[str, Phrase]) -> dict[str, Phrase]:
    names = [name.partition(".")[0] for name in error.errors]
    return {name: words[name] for name in names if name in words} or {"size": words["size"]}


def _page(
    call: Call[Routing], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, form: Mapping[str, str] = EMPTY,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue, cursor = call.service.catalogue, call.query.get("cursor")
    with call.service.database.reading() as connection:
        found = list_lookbacks(connection, read_cursor(str(cursor)) if cursor else None, A_PAGE)
    shown = found[:A_PAGE]
    return desk_html(
        TEMPLATES, "lookbacks/list.html", status, place=catalogue, role=call.caller.role, session=call.session, notice=notice,
        rows=[shown_lookback(call, *each) for each in shown], mistakes=mistakes or {}, labels=LABELS, form={**EMPTY, **form},
        departments=[(None, [(code, name_of(each)) for code, each in catalogue.departments.items()])], usual=SAMPLE_SIZE,
        may=call.caller.role in RULING, key=secrets.token_urlsafe(16),
        address=lambda each: LOOKBACKS.on_it(each, call.query), first=LIST if cursor else None,
        following=f"{LIST}?cursor={cursor_of(shown[-1][0].id)}" if len(found) > A_PAGE else None,
    )  # fmt: skip
