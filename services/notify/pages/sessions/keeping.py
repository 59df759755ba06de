"""Where staff keep sessions: the list, and the form of one that is planned or changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import flask

from services.contracts.errors import Changed, Conflict, Invalid
from services.contracts.words.of_sessions import SESSION_STATES
from services.design.phrases import Phrase
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import KEEPERS, changed, cursor_after, find, read_place
from services.notify.domain.sessions.session import Session
from services.notify.handlers.sessions import keeping
from services.notify.pages.paper import TEMPLATES
from services.notify.pages.sessions.fields import (
    ASKED,
    Field,
    about_version,
    asked_as_typed,
    instant,
    kept_form,
    mistakes_of,
    number,
    plain,
    said_of_asked,
    typed,
)
from services.notify.pages.sessions.showing import by_day, kinds_of, shown_session, stations_of
from services.notify.schemas.sessions.sessions import DetailsBody
from services.notify.store.sessions.calendar import Seen, SessionFilter, sessions_page
from services.notify.store.sessions.sessions import SessionStore
from services.runtime.input.queries import ChoiceOf, CodeOf, texts
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call, tag_of
from services.runtime.web.pages.forms import VERSION
from services.runtime.web.pages.html import desk_html, error_page, html, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = "/sessions"
A_PAGE: Final = 50
NAMES: Final = ("state", "kind", "station")
_NARROWED: Final = texts("cursor", state=ChoiceOf(SESSION_STATES), kind=CodeOf("session_kinds"), station=CodeOf("stations"))
_BODY: Final = DetailsBody()
#: The fields of the form, in its order.
FIELDS: Final = (
    Field("kind", Phrase("Kind"), "select", needed=True),
    Field("title", Phrase("Name of the session"), "text", needed=True),
    Field("at", Phrase("Begins"), "datetime-local", needed=True),
    Field("ends", Phrase("Ends"), "datetime-local"),
    Field("station", Phrase("Liaison station"), "select"),
    Field("place", Phrase("Place"), "text"),
    Field("brand", Phrase("What people call it"), "text", hint=Phrase("Such as Tuesday with your deputies.")),
    Field("theme", Phrase("Theme"), "text"),
    Field("slots", Phrase("Places that can be booked"), "number"),
    *ASKED,
)
MISTAKES: Final[Mapping[str, Phrase]] = {
    "kind": Phrase("Please choose a kind; it cannot be changed later"),
    "title": Phrase("Please enter a title of at most 120 characters"),
    "at": Phrase("Please choose a time in the future; an announced session gets another by being postponed"),
    "ends": Phrase("Please choose a time after the beginning"),
    "station": Phrase("Please choose your own station; it cannot be changed later"),
    "place": Phrase("At most 200 characters"), "brand": Phrase("At most 60 characters"),
    "theme": Phrase("At most 120 characters"),
    "slots": Phrase("Please enter a number up to 500; an announced session keeps the places that it has"),
    "deputies": Phrase("Please name deputies in office by their codes"),
    "departments": Phrase("Please name departments that there are"),
    "officials": Phrase("Please name the department and the office, one a line"),
}  # fmt: skip
KEPT: Final = kept_form(FIELDS, VERSION)
CHANGED: Final = Phrase("Somebody has changed this session since you opened it. Please open it again, then make your change.")
PLAN, CHANGE = Phrase("Plan a session"), Phrase("Change a session")
BACK: Final = Phrase("Sessions")


@routes.get(LIST, access=KEEPERS, query=_NARROWED, page=error_page)
def list_page(call: Call[Notify]) -> Answer:
    """The sessions that one keeps, the latest first."""
    catalogue, station = call.service.catalogue, call.caller.station
    given = {name: str(call.query[name]) for name in NAMES}
    columns = {
        "state": given["state"] or None,
        "kind": given["kind"] or None, "station": station or given["station"] or None,
    }  # fmt: skip
    with call.service.database.reading() as connection:
        cursor = call.query["cursor"]
        found = sessions_page(
            connection, Seen(all=True), SessionFilter(columns), read_place(cursor) if cursor else None, A_PAGE, latest_first=True
        )
    rows = [shown_session(each, catalogue) for each in found[:A_PAGE]]
    last = found[A_PAGE - 1] if len(found) > A_PAGE else None
    said = {name: value for name, value in given.items() if value}
    following = last and f"{LIST}?{urlencode(said | {'cursor': cursor_after(last)})}"
    return desk_html(
        TEMPLATES, "sessions/sessions.html", place=catalogue, role=call.caller.role, given=given,
        days=by_day(rows), following=following,
        states=[(None, list(SESSION_STATES.items()))], kinds=kinds_of(catalogue),
        stations=[] if station else stations_of(catalogue),
    )  # fmt: skip


@routes.get(f"{LIST}/new", access=KEEPERS, query=texts(*(field.id for field in FIELDS)), page=error_page)
def new_form(call: Call[Notify]) -> Answer:
    """The form of a session, empty but for what the address says."""
    given = {field.id: str(call.query[field.id]) for field in FIELDS}
    return _form(call, None, given | {"station": call.caller.station or given["station"]})


@routes.post(f"{LIST}/new", access=KEEPERS, page=KEPT)
def plan(call: Call[Notify]) -> Answer:
    """Plan a session; on to its page."""
    form = read_form(field.id for field in FIELDS)
    try:
        details = validate(_BODY, _said(call, form))

        def unit(work: Transaction) -> Session:
            return keeping.call_session(SessionStore(work), call.service.catalogue, details, call.caller)

        return see_other(f"{LIST}/{call.service.database.write(unit).id}")
    except Invalid as error:
        return _form(call, None, form, 422, mistakes_of(error, MISTAKES))


@routes.get(f"{LIST}/<session_id>/details", access=KEEPERS, page=error_page)
def change_form(call: Call[Notify]) -> Answer:
    """The form with what is said of a session."""
    session = find(call, call.path["session_id"])
    keeping.check_own(call.caller, session.station)
    return _form(call, session, _typed(call, session))


@routes.post(f"{LIST}/<session_id>/details", access=KEEPERS, page=KEPT)
def change(call: Call[Notify]) -> Answer:
    """Change what is said of a session; back to its page."""
    form, session = read_form((VERSION, *(field.id for field in FIELDS))), find(call, call.path["session_id"])
    try:
        changed(about_version(call, form), session.id, validate(_BODY, _said(call, form)))
        return see_other(f"{LIST}/{session.id}")
    except Invalid as error:
        return _form(call, session, form, 422, mistakes_of(error, MISTAKES))
    except (Changed, Conflict):
        return _form(call, session, form, 409, {}, CHANGED)


def _said(call: Call[Notify], form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, as the API takes it."""
    catalogue = call.service.catalogue
    said: dict[str, Any] = {field.id: form[field.id] for field in FIELDS}
    said |= {"at": instant(form["at"], catalogue), "ends": instant(form["ends"], catalogue), "slots": number(form["slots"])}
    return plain(said | said_of_asked(form, catalogue))


def _typed(call: Call[Notify], session: Session) -> dict[str, str]:
    """What is said of a session, as it is typed."""
    catalogue, details = call.service.catalogue, session.details
    plainly = {field.id: str(getattr(details, field.id) or "") for field in FIELDS}
    return plainly | asked_as_typed(details, catalogue) | {
        "at": typed(details.at, catalogue), "ends": typed(details.ends, catalogue), VERSION: tag_of({"updated": session.updated}),
    }  # fmt: skip


def _form(
    call: Call[Notify],
    session: Session | None,
    form: Mapping[str, str],
    status: int = 200,
    mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:
    catalogue = call.service.catalogue
    options = {"kind": kinds_of(catalogue), "station": stations_of(catalogue)}
    return html(
        TEMPLATES, "sessions/form.html", status, place=catalogue, role=call.caller.role, title=CHANGE if session else PLAN,
        entered=[each.filled(form[each.id], options.get(each.id)) for each in FIELDS], mistakes=mistakes or {}, notice=notice,
        labels={each.id: each.label for each in FIELDS}, form_session=call.session, back_name=BACK,
        hidden=[(VERSION, form[VERSION])] if session else [], action=f"{LIST}/{session.id}/details" if session else f"{LIST}/new",
        back=f"{LIST}/{session.id}" if session else LIST,
    )  # fmt: skip
