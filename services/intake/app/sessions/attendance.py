"""Attendance over HTTP: a deputy scans the code of a session, or its host says who came."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from services.contracts.errors import Invalid
from services.contracts.people.callers import Role
from services.intake.app.constituency.entrusting import check_office
from services.intake.app.context import Intake
from services.intake.app.sessions.questions import HOSTS
from services.intake.domain.constituency.codes import IN_USE, read_code
from services.intake.domain.sessions.session import Counted
from services.intake.handlers.sessions import attending
from services.intake.handlers.sessions.attending import Present
from services.intake.schemas.sessions.attendance import AttendanceBody, AttendanceShape, ScanBody, Scanned
from services.intake.store.constituency.codes import resolved
from services.intake.store.constituency.linking import known_deputies
from services.intake.store.sessions.sessions import KnownSessions
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
DEPUTY: Final = frozenset({Role.DEPUTY})


@routes.post(f"{API}/attendance", access=DEPUTY, body=ScanBody, answers={200: Scanned})
def scan(call: Call[Intake]) -> Answer:
    """扫码履职: the deputy who calls is at the session whose code they have scanned. Once counts."""
    present = scan_with(call, call.body["code"])
    session = present.session
    return 200, {"session": session.id, "deputy": call.caller.deputy, "title": session.title, "recorded": present.is_new}


def scan_with(call: Call[Intake], code: str) -> Present:
    """The same for a page. Raises `Invalid` for a code that is of no session, `Conflict` on another day than the session's,
    `NotAllowed` for a deputy who is not in office."""
    service, deputy, zone = call.service, call.caller.deputy or "", call.service.catalogue.calendar.zone
    session = session_of_code(service, code)
    if session is None:
        raise Invalid("Scan the code that is put up at the session.", {"code": ["There is no such code of a session."]})

    def unit(work: Transaction) -> Present:
        check_office(work.connection, call.caller)
        return attending.scan(KnownSessions(work, service.vault), session, deputy, zone)

    return service.database.write(unit)


def session_of_code(service: Intake, text: str) -> str | None:
    """The session that a printed code is put up at; None for any other code."""
    code = read_code(text)
    with service.database.reading() as connection:
        found = resolved(connection, [code]).get(code) if code else None
    return found.placement.session if found is not None and found.state in IN_USE else None


@routes.post(f"{API}/sessions/<session_id>/attendance", access=HOSTS, body=AttendanceBody, answers={200: AttendanceShape})
def note(call: Call[Intake]) -> Answer:
    """Say who came to a session: deputies are added, numbers take the place of those said before."""
    present = note_with(call, call.body)
    session = present.session
    return 200, {
        "session": session.id, "deputies": sorted(present.deputies), "visitors": session.visitors, "observers": session.observers,
    }  # fmt: skip


def note_with(call: Call[Intake], counted: Counted) -> Present:
    """The same for a page. Raises `NotFound`, `Conflict`, and `Invalid` for a deputy whom the register does not have."""
    service, session = call.service, call.path["session_id"]
    counted.check()

    def unit(work: Transaction) -> Present:
        named = replace(counted, deputies=_linked(work, counted.deputies))
        return attending.note(KnownSessions(work, service.vault), session, named, call.caller.station)

    return service.database.write(unit)


def _linked(work: Transaction, words: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of the deputies whom words name, where a register is kept; raises `Invalid` for those whom it does not have."""
    if not words:
        return ()
    register, found, errors = known_deputies(work, set(words)), list[str](), dict[str, list[str]]()
    for place, word in enumerate(words):
        try:
            deputy = register.link(word)
        except Invalid as error:
            errors[f"deputies.{place}"] = list(error.errors["deputy"])
            continue
        found.append(deputy.code if deputy else word)
    if errors:
        raise Invalid("Nothing was stored. Name deputies of the register.", errors)
    return tuple(found)
