"""The code that is put up at a session, scanned by a deputy who is signed in: one press says that they are there."""

from __future__ import annotations

import flask

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.callers import Role
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.sessions.attendance import DEPUTY, scan_with, session_of_code
from services.intake.domain.constituency.codes import UNKNOWN
from services.intake.domain.sessions.session import HeardSession
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.sessions.showing import about
from services.intake.store.constituency.registers import out_of_office
from services.intake.store.sessions import looking
from services.runtime.web.access.sessions import BrowserSession
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
NOT_TODAY = Phrase("This is possible on the day of the session alone. Please ask its host to note it.")


def for_deputies(call: Call[Intake]) -> flask.Response | None:
    """The page for a deputy in office who is signed in and has scanned the code of a session; None for everybody and everything
    else."""
    session = call.guard.session() if call.guard else None
    if session is None or session.caller.role is not Role.DEPUTY or "form" in call.query:
        return None
    held = session_of_code(call.service, call.path["qr"])
    with call.service.database.reading() as connection:
        is_out = bool(out_of_office(connection, [session.caller.deputy or ""]))
    return _page(call, session, _found(call.service, held)) if held and not is_out else None


@routes.post("/c/<qr>/attendance", stands_on="/c/<qr>", access=DEPUTY, page=error_page)
def attend(call: Call[Intake]) -> Answer:
    """Note that the deputy is there."""
    try:
        present = scan_with(call, call.path["qr"])
    except Invalid as error:
        raise NotFound(UNKNOWN) from error
    except Conflict:
        held = session_of_code(call.service, call.path["qr"])
        return _page(call, call.session, _found(call.service, held or ""), status=409, notice=NOT_TODAY)
    return _page(call, call.session, present.session, recorded=True)


def _found(service: Intake, session: str) -> HeardSession:
    with service.database.reading() as connection:
        return looking.find_session(connection, session)


def _page(
    call: Call[Intake], session: BrowserSession | None, held: HeardSession, *, status: int = 200, recorded: bool = False,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    catalogue = call.service.catalogue
    return private(
        html(
            TEMPLATES, "sessions/attendance.html", status, place=catalogue, role=Role.DEPUTY, session=session,
            title=held.title, about=about(held, catalogue), code=call.path["qr"], recorded=recorded, notice=notice,
        )
    )  # fmt: skip
