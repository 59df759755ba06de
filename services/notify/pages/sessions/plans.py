"""Where staff keep plans of sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import Changed, Invalid
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.of_sessions import PLAN_RULES, PLAN_SHIFTS, WEEKDAYS
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.app.sessions.plans import find, kept, plans_of
from services.notify.app.sessions.sessions import KEEPERS
from services.notify.domain.sessions.plan import Plan
from services.notify.pages.paper import TEMPLATES
from services.notify.pages.sessions.fields import (
    ASKED,
    Field,
    about_version,
    asked_as_typed,
    kept_form,
    mistakes_of,
    number,
    plain,
    said_of_asked,
)
from services.notify.pages.sessions.keeping import MISTAKES as SESSION_MISTAKES
from services.notify.pages.sessions.showing import Options, kinds_of, station_name, stations_of
from services.notify.schemas.sessions.plans import CODE, PlanBody
from services.runtime.input.queries import texts
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.forms import VERSION
from services.runtime.web.pages.html import desk_html, error_page, html, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST, ENTRY = "/plans", "/plans/entry"
A_PAGE: Final = 50
_BODY: Final = PlanBody()
#: The fields of the form, in its order.
FIELDS: Final = (
    Field("title", Phrase("Name of the session"), "text", needed=True),
    Field("kind", Phrase("Kind"), "select", needed=True),
    Field("rule", Phrase("How often"), "select", needed=True),
    Field("weekday", Phrase("Day of the week"), "select", hint=Phrase("Of a weekly plan.")),
    Field("day", Phrase("Day of the month"), "number", hint=Phrase("Of a monthly plan.")),
    Field("dates", Phrase("Days and themes"), hint=Phrase("Of a yearly list, one a line: the day, a blank, the theme.")),
    Field("from", Phrase("From"), "date", needed=True, hint=Phrase("A fortnightly plan counts its weeks from this day.")),
    Field("until", Phrase("Last day"), "date"),
    Field("shift", Phrase("A day that is no working day moves"), "select"),
    Field("time", Phrase("Time of day"), "time", needed=True),
    Field("length", Phrase("Minutes that it takes"), "number"),
    Field("station", Phrase("Liaison station"), "select"),
    Field("place", Phrase("Place"), "text"),
    Field("brand", Phrase("What people call it"), "text", hint=Phrase("Such as Tuesday with your deputies.")),
    Field("slots", Phrase("Places that can be booked"), "number"),
    *ASKED,
)
CODE_FIELD: Final = Field("code", Phrase("Code of the plan"), "text", needed=True, hint=Phrase("It cannot be changed later."))
MISTAKES: Final[Mapping[str, Phrase]] = {
    **SESSION_MISTAKES,
    "code": Phrase("1 to 40 small letters, digits and -"),
    "kind": Phrase("Please choose a kind"),
    "rule": Phrase("Please choose one of these"),
    "weekday": Phrase("Please choose the day of a weekly plan, and none for others"),
    "day": Phrase("Please enter the day of a monthly plan, 1 to 31, and none for others"),
    "dates": Phrase("Please enter the days of a list, one a line and each once, and none for others"),
    "from": Phrase("Please choose a day"), "until": Phrase("Please choose a day that is not before the first one"),
    "shift": Phrase("Please choose one of these"), "time": Phrase("Please enter a time of day such as 09:00"),
    "length": Phrase("Please enter 5 to 1,440 minutes"),
}  # fmt: skip
KEPT: Final = kept_form((CODE_FIELD, *FIELDS), VERSION)
TAKEN: Final = Phrase("There is a plan with this code already")
CHANGED: Final = Phrase("Somebody has changed this plan since you opened it. Please open it again, then make your change.")
TITLE, BACK = Phrase("Plan of sessions"), Phrase("Plans")


@routes.get(LIST, access=KEEPERS, page=error_page)
def list_page(call: Call[Notify]) -> Answer:
    """The plans that one keeps, by code."""
    catalogue, cursor = call.service.catalogue, call.query.get("cursor")
    found = plans_of(call, read_cursor(str(cursor)) if cursor else None, A_PAGE)
    rows = [
        (
            each, name_of(stored.session_kind(catalogue, each.kind)), station_name(catalogue, each.station),
            _when(each),
        )
        for each in found[:A_PAGE]
    ]  # fmt: skip
    return desk_html(
        TEMPLATES, "sessions/plans.html", place=catalogue, role=call.caller.role, rows=rows, days=call.service.ahead.days,
        following=f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].code)}" if len(found) > A_PAGE else None,
    )  # fmt: skip


@routes.get(ENTRY, access=KEEPERS, query=texts("code"), page=error_page)
def entry_form(call: Call[Notify]) -> Answer:
    """The form of a plan: empty, or with what is said of one."""
    if code := call.query["code"]:
        return _form(call, _typed(call, find(call, code)))
    empty = {field.id: "" for field in (CODE_FIELD, *FIELDS)} | {VERSION: "", "shift": "next"}
    return _form(call, empty | {"station": call.caller.station or ""})


@routes.post(ENTRY, access=KEEPERS, page=KEPT)
def enter(call: Call[Notify]) -> Answer:
    """Set up a plan, or change one; back to the list."""
    form = read_form(("code", VERSION, *(field.id for field in FIELDS)))
    mistakes = {} if CODE.match(form["code"]) else {"code": MISTAKES["code"]}
    try:
        plan: Plan = validate(_BODY, _said(call, form))
        plan.check(call.service.catalogue)
        if not mistakes:
            kept(about_version(call, form), form["code"], plan, new=not form[VERSION])
            return see_other(LIST)
    except Invalid as error:
        mistakes |= mistakes_of(error, MISTAKES)
    except Changed:
        return _form(call, form, 409, {"code": CHANGED if form[VERSION] else TAKEN})
    return _form(call, form, 422, mistakes)


def _when(plan: Plan) -> Words:
    rule = PLAN_RULES[plan.rule]
    if plan.weekday is None:
        return rule
    day = WEEKDAYS[str(plan.weekday)]
    return Words(f"{rule.zh}{day.zh}", f"{rule.en}, {day.en}")


def _said(call: Call[Notify], form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, as the API takes it."""
    catalogue = call.service.catalogue
    said: dict[str, Any] = {field.id: form[field.id] for field in FIELDS}
    said |= {name: number(form[name]) for name in ("weekday", "day", "length", "slots")}
    return plain(said | said_of_asked(form, catalogue) | {"dates": _dates(form["dates"])})


def _dates(text: str) -> list[dict[str, str]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        day, _, theme = line.partition(" ")
        found.append(plain({"day": day, "theme": theme.strip()}))
    return found


def _typed(call: Call[Notify], plan: Plan) -> dict[str, str]:
    """What is said of a plan, as it is typed."""
    catalogue = call.service.catalogue
    names = {field.id: "begins" if field.id == "from" else field.id for field in FIELDS}
    plainly = {name: str(value) if (value := getattr(plan, attribute)) else "" for name, attribute in names.items()}
    return plainly | asked_as_typed(plan, catalogue) | {
        "code": plan.code, VERSION: tag_of({"updated": plan.updated}),
        "dates": "\n".join(f"{each.day} {each.theme or ''}".strip() for each in plan.dates),
    }  # fmt: skip


def _form(
    call: Call[Notify], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    catalogue, is_new = call.service.catalogue, not form[VERSION]
    options: Mapping[str, Options] = {
        "kind": kinds_of(catalogue), "station": stations_of(catalogue), "rule": [(None, list(PLAN_RULES.items()))],
        "weekday": [(None, list(WEEKDAYS.items()))], "shift": [(None, list(PLAN_SHIFTS.items()))],
    }  # fmt: skip
    fields = (*((CODE_FIELD,) if is_new else ()), *FIELDS)
    return html(
        TEMPLATES, "sessions/form.html", status, place=catalogue, role=call.caller.role, title=TITLE,
        entered=[each.filled(form[each.id], options.get(each.id)) for each in fields], mistakes=mistakes or {},
        notice=(mistakes or {}).get("code") if not is_new else None,
        labels={each.id: each.label for each in (CODE_FIELD, *FIELDS)}, form_session=call.session, action=ENTRY, back=LIST,
        back_name=BACK, hidden=[(VERSION, form[VERSION]), *([] if is_new else [("code", form["code"])])],
    )  # fmt: skip
