"""The pages on which codes are made, printed, put up, replaced and retired."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import flask

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from services.contracts.words.bilingual import name_of
from services.contracts.words.vocabulary import CODE_KINDS, CODE_STATES
from services.design.phrases import Phrase
from services.intake.app.constituency import codes as app
from services.intake.app.constituency.campaigns import running_at
from services.intake.app.constituency.printing import printed
from services.intake.app.context import KEEPERS, Intake
from services.intake.domain.constituency.codes import MOST_AT_ONCE, CodeBatch, CodeKind, CodeState, read_code
from services.intake.domain.sessions.session import HeardSession
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.submission.fields import KEY, new_key, usable_key
from services.intake.pages.submission.options import areas_of, stations_of
from services.intake.schemas.constituency.codes import FORMS, LONGEST_LABEL, CodeOrderBody
from services.intake.store.constituency import codes as store
from services.intake.store.sessions.looking import find_hosted
from services.runtime.input.numbers import typed_number
from services.runtime.input.queries import texts
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST = "/codes"
A_PAGE = 30
FIELDS = ("kind", "area", "station", "deputy", "campaign", "session", "label", "many", KEY)
LABELS: Mapping[str, Phrase] = {
    "kind": Phrase("Kind of code"),
    "area": Phrase("Area"),
    "station": Phrase("Liaison station"),
    "deputy": Phrase("Code of the deputy"),
    "campaign": Phrase("Campaign"),
    "label": Phrase("Printed below"),
    "many": Phrase("How many"),
    "code": Phrase("Printed code"),
}
MISTAKES: Mapping[str, Phrase] = {
    "kind": Phrase("Please choose one of these"),
    "area": Phrase("Please choose an area, one of the station’s where one is chosen"),
    "station": Phrase("Please choose a station"),
    "deputy": Phrase("Please fill in the code of a deputy of the register"),
    "campaign": Phrase("There is no such campaign any more; please leave it out"),
    "label": Phrase("At most 60 characters; needed for an activity, and not possible for households"),
    "many": Phrase("A number from 1 to %(most)s").filled(most=MOST_AT_ONCE),
}
UNKNOWN = Phrase("There is no such code. Compare it with the one that is printed.")
NOT_NOW = Phrase("This is not possible: the code is out of use, or stands so already.")
OTHERS = Phrase("Please choose the station of the session")
_ORDER = CodeOrderBody()


@routes.get(LIST, access=KEEPERS, query=texts("cursor", "session"), page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """The batches of codes, the latest first, and the forms to make more and to say what became of one.

    The form is filled for the session that the address names.
    """
    session = _session(call, call.query["session"])
    return _page(call, _empty() | (_said_of(session) if session else {}))


@routes.post(LIST, access=KEEPERS, page=error_page)
def make(call: Call[Intake]) -> Answer:
    """Make codes; back to the list, in which they stand first."""
    form = read_form(FIELDS)
    form[KEY] = usable_key(form[KEY])
    given: dict[str, object] = {name: form[name] for name in FIELDS if form[name] and name not in (KEY, "many")}
    try:
        order = validate(_ORDER, given | {"many": typed_number(form["many"])})
        keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
        for _ in app.made(keyed, app.begin(keyed, order)):
            pass
    except (Invalid, NotAllowed) as error:
        wrong = {name: MISTAKES[name] for name in MISTAKES if name in error.errors}
        return _page(call, form, 422, wrong | ({"station": OTHERS} if "session" in error.errors else {}))
    return see_other(LIST)


@routes.get(f"{LIST}/<batch>/<form>", access=KEEPERS, page=error_page)
def print_page(call: Call[Intake]) -> Answer:
    """The sheets of a batch as PDF: `stickers` or `posters`."""
    form = call.path["form"]
    if form not in FORMS:
        raise NotFound("Codes are printed as stickers or posters.")
    return printed(call, call.path["batch"], form)


@routes.post(f"{LIST}/one", stands_on=LIST, access=KEEPERS, page=error_page)
def change(call: Call[Intake]) -> Answer:
    """Say what became of one code: put up, replaced or retired."""
    form = read_form(("code", "act"))
    acts: Mapping[str, Callable[[str], object]] = {
        "install": lambda code: app.moved(call, code, CodeState.INSTALLED),
        "retire": lambda code: app.moved(call, code, CodeState.RETIRED),
        "replace": lambda code: app.replaced(call, code),
    }
    code, act = read_code(form["code"]), acts.get(form["act"])
    if code is None or act is None:
        return _page(call, _empty() | {"code": form["code"]}, 422, {"code": UNKNOWN})
    try:
        act(code)
    except NotFound:
        return _page(call, _empty() | {"code": form["code"]}, 422, {"code": UNKNOWN})
    except Conflict:
        return _page(call, _empty() | {"code": form["code"]}, 409, {"code": NOT_NOW})
    return see_other(LIST)


def _empty() -> dict[str, str]:
    return dict.fromkeys((*FIELDS, "code"), "") | {KEY: new_key(), "many": "1"}


def _session(call: Call[Intake], named: str) -> HeardSession | None:
    """The session that codes are made for, where one is named; raises `NotFound`."""
    if not named:
        return None
    with call.service.database.reading() as connection:
        return find_hosted(connection, named, call.caller.station)


def _said_of(session: HeardSession) -> dict[str, str]:
    """What the form says of the codes of a session."""
    return {
        "kind": CodeKind.ACTIVITY, "session": session.id, "station": session.station or "",
        "label": session.title[:LONGEST_LABEL],
    }  # fmt: skip


def _page(
    call: Call[Intake], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None
) -> flask.Response:
    service, station, cursor = call.service, call.caller.station, call.query.get("cursor")
    with service.database.reading() as connection:
        found = store.batches(connection, read_cursor(str(cursor)) if cursor else None, A_PAGE, station)
        states = store.standings(connection, [each.id for each in found[:A_PAGE]])
    rows = [
        (each, _about(service, each), [(CODE_STATES[state], many) for state, many in states[each.id].items() if many])
        for each in found[:A_PAGE]
    ]
    place = stored.found(service.catalogue.stations, station)
    return html(
        TEMPLATES, "constituency/codes.html", status, place=service.catalogue, role=call.caller.role, rows=rows,
        form={"code": "", **form}, labels=LABELS, mistakes=mistakes or {}, kinds=[(None, list(CODE_KINDS.items()))],
        areas=areas_of(service.catalogue), stations=[] if station else stations_of(service.catalogue),
        campaigns=[(None, [(each.code, each.title) for each in running_at(service, place.area if place else None, station)])],
        following=f"{LIST}?cursor={cursor_of(found[A_PAGE - 1].id)}" if len(found) > A_PAGE else None,
        session=call.session, meant=_session(call, form["session"]),
    )  # fmt: skip


def _about(service: Intake, batch: CodeBatch) -> list[object]:
    catalogue, placement = service.catalogue, batch.placement
    area, station = stored.found(catalogue.areas, placement.area), stored.found(catalogue.stations, placement.station)
    named = [name_of(each) for each in (station, area) if each]
    return [each for each in (*named, placement.deputy, placement.label, placement.campaign) if each]
