"""The desk of those to whom opinions are entrusted: deputies, stations, informants, the presidium. One press for each step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import flask
from sqlalchemy.engine import Connection

from services.contracts.catalogue import stored
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound
from services.contracts.people.callers import Role
from services.contracts.people.duties import CareState, HopState
from services.contracts.words.vocabulary import CONTACTS, HOLDERS, HOPS, OUTCOMES, STATES
from services.design.phrases import Phrase
from services.intake.app.constituency import entrusting as app
from services.intake.app.constituency.entrusting import EntrustedCase, entrusted_case, party_of
from services.intake.app.context import Intake
from services.intake.domain.constituency.deputy import DeputyState
from services.intake.domain.constituency.relay import Hop
from services.intake.domain.opinion import Opinion
from services.intake.domain.receipt.receipts import read_receipt
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.publication.public import area_name
from services.intake.pages.timeline import department_name, local, topic_name
from services.intake.store import reading
from services.intake.store.constituency import desk
from services.intake.store.constituency.registers import deputies_page
from services.runtime.input.queries import ChoiceOf, texts, unknown
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import cursor_of, read_cursor
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.requests import read_form
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LIST: Final = "/entrusted"
ONE: Final = f"{LIST}/<opinion_id>"
A_DESK, MOST_CHOICES = 30, 100
#: Which desks each has, in the order of the page.
DESKS: Final[Mapping[Role, Sequence[str]]] = {
    Role.DEPUTY: ("take", "feedback", "relay", "pass", "wait"),
    Role.STATION: ("take",),
    Role.INFORMANT: ("relay", "pass"),
}
TITLES: Final[Mapping[str, Phrase]] = {
    "take": Phrase("To take up"), "feedback": Phrase("To tell the voter"), "relay": Phrase("To confirm"),
    "pass": Phrase("To pass on"), "wait": Phrase("Waiting for the department"),
}  # fmt: skip
NO_LONGER: Final = Phrase("This is not possible any more: somebody else was asked, or it has been done.")
CHOOSE: Final = Phrase("Please choose a deputy in office")
NO_RECEIPT: Final = Phrase("No opinion of this station has this receipt")
LABELS: Final[Mapping[str, Phrase]] = {"deputy": Phrase("Deputy"), "receipt": Phrase("Receipt")}


@routes.get(LIST, access=app.HOLDERS, query=texts("cursor", duty=ChoiceOf(TITLES)), page=error_page)
def list_page(call: Call[Intake]) -> Answer:
    """What is entrusted to the person who has signed in, by what is to be done."""
    return _list(call)


@routes.post(LIST, access=app.STARTING, page=error_page)
def start(call: Call[Intake]) -> Answer:
    """Begin to relay an opinion of this station, by its receipt, and name the deputy; back to the desk."""
    form = read_form(("receipt", "deputy"))
    receipt = read_receipt(form["receipt"])
    with call.service.database.reading() as connection:
        found = reading.find_by_receipt(connection, receipt) if receipt else None
    if found is None:
        return _list(call, 422, {"receipt": NO_RECEIPT}, form)
    try:
        app.start_relay(_at(call, found[0].id, form["deputy"] or None))
    except Invalid:
        return _list(call, 422, {"deputy": CHOOSE}, form)
    except NotFound:
        return _list(call, 422, {"receipt": NO_RECEIPT}, form)
    except Conflict:
        return _list(call, 409, notice=NO_LONGER)
    return see_other(LIST)


@routes.get(ONE, access=app.HOLDERS, page=error_page, personal=True)
def one_page(call: Call[Intake]) -> Answer:
    """An opinion with what can be done about it."""
    return _one(call)


@routes.post(f"{ONE}/take", stands_on=ONE, access=app.DEPUTIES, page=error_page)
def take(call: Call[Intake]) -> Answer:
    """Take it up; back to the desk."""
    return _done(call, lambda: app.take(call))


@routes.post(f"{ONE}/pass", stands_on=ONE, access=app.DEPUTIES, page=error_page)
def pass_on(call: Call[Intake]) -> Answer:
    """Pass it on to another deputy, or back to the station where none is chosen; back to the desk."""
    deputy = read_form(("deputy",))["deputy"] or None
    return _done(call, lambda: app.pass_on(_at(call, call.path["opinion_id"], deputy)))


@routes.post(f"{ONE}/entrust", stands_on=ONE, access=frozenset({Role.STATION}), page=error_page)
def entrust(call: Call[Intake]) -> Answer:
    """Ask another deputy about what was given back to the station; back to the desk."""
    deputy = read_form(("deputy",))["deputy"]
    return _done(call, lambda: app.entrust(_at(call, call.path["opinion_id"], deputy)))


@routes.post(f"{ONE}/feedback", stands_on=ONE, access=app.DEPUTIES, page=error_page)
def feed_back(call: Call[Intake]) -> Answer:
    """Record how the voter was told; back to the desk."""
    how = read_form(("how",))["how"]
    if how not in CONTACTS:
        return _one(call, 422)
    return _done(call, lambda: app.feed_back(replace(call, body={"how": how})))


@routes.post(f"{ONE}/confirm", stands_on=ONE, access=app.RELAYING | app.PRESIDIUM, page=error_page)
def confirm(call: Call[Intake]) -> Answer:
    """Confirm that it has been passed on to them; back to the desk."""
    return _done(call, lambda: app.confirm_hop(call))


@routes.post(f"{ONE}/relay", stands_on=ONE, access=app.RELAYING, page=error_page)
def relay_on(call: Call[Intake]) -> Answer:
    """Pass it on to the next hop; back to the desk."""
    deputy = read_form(("deputy",))["deputy"] or None
    return _done(call, lambda: app.pass_hop(_at(call, call.path["opinion_id"], deputy)))


def _at(call: Call[Intake], opinion: str, deputy: str | None) -> Call[Intake]:
    return replace(call, path={"opinion_id": opinion}, body={"deputy": deputy})


def _done(call: Call[Intake], step: Callable[[], Answer]) -> flask.Response:
    try:
        step()
    except Invalid:
        return _one(call, 422, {"deputy": CHOOSE})
    except (Conflict, NotAllowed, NotFound):
        return _list(call, 409, notice=NO_LONGER)
    return see_other(LIST)


def _list(
    call: Call[Intake], status: int = 200, mistakes: Mapping[str, Phrase] | None = None, form: Mapping[str, str] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue, role, party = call.service.catalogue, call.caller.role, party_of(call.caller)
    own = desks_of(role)
    wanted, cursor = str(call.query.get("duty") or ""), call.query.get("cursor")
    if wanted and (reason := unknown([wanted], own)):
        raise Invalid("This role has no such desk.", {"duty": [reason]})
    now, sections = call.service.database.clock.now(), []
    with call.service.database.reading() as connection:
        app.check_office(connection, call.caller)
        for duty in (wanted,) if wanted in own else own:
            found = desk.on_desk(connection, party, duty, read_cursor(str(cursor)) if cursor and duty == wanted else None, A_DESK)
            shown = found[:A_DESK]
            following = f"{LIST}?duty={duty}&cursor={cursor_of(shown[-1].id)}" if len(found) > A_DESK else None
            rows = [
                (each, STATES[each.state], local(each.due, catalogue) if each.due else None, bool(each.due and each.due < now))
                for each in shown
            ]
            sections.append((duty, TITLES[duty], rows, following))
        starts = role in app.STARTING
        deputies = _deputies(call, connection, call.caller.station) if starts else []
    return private(
        html(
            TEMPLATES, "constituency/entrusted.html", status, place=catalogue, role=role, session=call.session, address=LIST,
            sections=sections, contacts=CONTACTS, starts=starts, deputies=deputies, notice=notice, mistakes=mistakes or {},
            labels=LABELS, form=form or dict.fromkeys(LABELS, ""), is_empty=not any(rows for _, _, rows, _ in sections),
        )
    )  # fmt: skip


def _one(call: Call[Intake], status: int = 200, mistakes: Mapping[str, Phrase] | None = None) -> flask.Response:
    catalogue, case, party = call.service.catalogue, entrusted_case(call), party_of(call.caller)
    opinion, care = case.opinion, case.care
    held = [hop for hop in case.relay if hop.party.is_same(party)]
    asks = care is not None and party.holder == "station"
    passes = care is not None and care.state is not CareState.FED_BACK and party.holder == "deputy"
    relays = any(hop.state is HopState.TAKEN for hop in held) and party.holder != "presidium"
    with call.service.database.reading() as connection:
        chooses = asks or passes or (relays and party.holder == "informant")
        deputies = _deputies(call, connection, opinion.station) if chooses else []
    return private(
        html(
            TEMPLATES, "constituency/entrusted-one.html", status, place=catalogue, role=call.caller.role, session=call.session,
            address=f"{LIST}/{opinion.id}", opinion=opinion, about=_about(opinion, case, call), standing=STATES[opinion.state],
            outcome=OUTCOMES.get(opinion.outcome or ""), contacts=CONTACTS, people=_people(case), mistakes=mistakes or {},
            promises=[(each.what, each.due) for each in case.promises], chain=[_hop(hop, call) for hop in case.relay],
            deputies=deputies,
            takes=care is not None and care.owes == "take" and party.holder == "deputy",
            asks=asks, passes=passes, relays=relays, holder=party.holder, labels=LABELS,
            feeds_back=care is not None and care.owes == "feedback",
            confirms=any(hop.state is HopState.TOLD for hop in held),
        )
    )  # fmt: skip


def desks_of(role: Role | None) -> Sequence[str]:
    """The desks of somebody in a role; the presidium's, which supervisors have, is the last hop of a relay."""
    return DESKS.get(role, ("relay",)) if role else ()


def _deputies(call: Call[Intake], connection: Connection, station: str | None) -> list[tuple[None, list[tuple[str, str]]]]:
    """The deputies in office to choose from: those of the station, or the first of all where it has none."""
    wanted = {"state": (DeputyState.ACTIVE,)}
    found = deputies_page(connection, wanted, {"stations": (station,)}, None, MOST_CHOICES) if station else []
    found = found or deputies_page(connection, wanted, {}, None, MOST_CHOICES)
    return [(None, [(each.code, each.name) for each in found[:MOST_CHOICES] if each.code != call.caller.deputy])]


def _about(opinion: Opinion, case: EntrustedCase, call: Call[Intake]) -> list[tuple[Phrase, object]]:
    catalogue = call.service.catalogue
    due = case.care.due if case.care else None
    return [
        (Phrase("Topic"), topic_name(opinion.topic, catalogue) if opinion.topic else None),
        (Phrase("Area"), area_name(opinion.area, catalogue)),
        (Phrase("Submitted on"), local(opinion.submitted, catalogue)),
        (Phrase("Handled by"), department_name(opinion.department, catalogue) if opinion.department else None),
        (Phrase("By when"), local(due, catalogue) if due else None),
    ]


def _people(case: EntrustedCase) -> list[str]:
    person = case.submitter
    return [text for text in (person.name, person.phone, person.email) if text] if person else []


def _hop(hop: Hop, call: Call[Intake]) -> tuple[object, str, object, object]:
    catalogue = call.service.catalogue
    station = stored.found(catalogue.stations, hop.code) if hop.holder == "informant" else None
    name = hop.name or (station.name if station else hop.code or "")
    return HOLDERS[hop.holder], name, HOPS[hop.state], local(hop.at or hop.due, catalogue)
