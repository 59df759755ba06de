"""Who has booked a session, for its host; who came is noted by one press."""

from __future__ import annotations

import flask

from services.contracts.errors import Conflict
from services.contracts.words.of_sessions import BOOKINGS
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.sessions import bookings as app
from services.intake.app.sessions.questions import HOSTS
from services.intake.domain.sessions.booking import BookingState
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.sessions.showing import about
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.routes import Answer, Routes

routes = Routes()
NOT_NOW = Phrase("This is not possible: the booking was cancelled, or the session is not one that takes place now.")


@routes.get("/sessions/<session_id>/bookings", access=HOSTS, page=error_page, personal=True)
def visitors_page(call: Call[Intake]) -> Answer:
    """Who has booked, by slot."""
    return _page(call)


@routes.post(
    "/sessions/<session_id>/bookings/<slot>/attended", stands_on="/sessions/<session_id>/bookings", access=HOSTS, page=error_page
)
def attended(call: Call[Intake]) -> Answer:
    """Note that the visitor of a slot has come; back to the list."""
    try:
        app.attend_with(call)
    except Conflict:
        return _page(call, 409, NOT_NOW)
    return see_other(f"/sessions/{call.path['session_id']}/bookings")


def _page(call: Call[Intake], status: int = 200, notice: Phrase | None = None) -> flask.Response:
    session, found = app.booked(call)
    rows = [(each.slot, each.visitor, BOOKINGS[each.state], each.state is not BookingState.ATTENDED) for each in found]
    return private(
        html(
            TEMPLATES, "sessions/visitors.html", status, place=call.service.catalogue, role=call.caller.role, session=call.session,
            title=session.title, about=about(session, call.service.catalogue), slots=session.slots, rows=rows, notice=notice,
            address=f"/sessions/{session.id}",
        )
    )  # fmt: skip
