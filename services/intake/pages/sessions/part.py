"""What intake knows of a session, on its page: how to book, and for its host what was asked and where it stands."""

from __future__ import annotations

from typing import Final

from services.contracts.fragments import fragment
from services.contracts.words.vocabulary import OUTCOMES, STATES
from services.intake.app.context import KEEPERS, Intake
from services.intake.app.sessions.questions import HOSTS
from services.intake.pages.paper import TEMPLATES
from services.intake.pages.timeline import department_name
from services.intake.store.sessions import looking
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html
from services.runtime.web.routes import Answer, Routes

routes = Routes()
OPEN, HOSTED = fragment("session", "intake", "booking"), fragment("session", "intake")
MOST_QUESTIONS: Final = 200


@routes.get(OPEN.path, access=OPEN.roles, cost=1, page=error_page)
def booking_part(call: Call[Intake]) -> Answer:
    """How many slots are left, and the way to book one."""
    service = call.service
    with service.database.reading() as connection:
        session = looking.find_session(connection, call.path["session_id"])
        left = looking.count_left(connection, session)
    may = session.takes_bookings(service.catalogue, service.database.clock.now())
    return html(TEMPLATES, "sessions/booking-part.html", part=OPEN, may=may, left=left, slots=session.slots, about=session)


@routes.get(HOSTED.path, access=HOSTS, page=error_page)
def hosted_part(call: Call[Intake]) -> Answer:
    """What was asked and where each case stands, how many have booked, who came; and the way to the host's pages."""
    service, catalogue = call.service, call.service.catalogue
    with service.database.reading() as connection:
        session = looking.find_hosted(connection, call.path["session_id"], call.caller.station)
        found = looking.questions_of(connection, session.id, 0, MOST_QUESTIONS)
        booked = looking.count_booked(connection, session.id)
    rows = [
        (
            each.number, each.summary or each.title, f"/cases/{each.id}" if call.caller.station is None else None,
            department_name(each.department, catalogue) if each.department else None, STATES[each.state],
            OUTCOMES[each.outcome] if each.outcome else None,
        )
        for each in found
    ]  # fmt: skip
    return html(
        TEMPLATES, "sessions/hosted-part.html", part=HOSTED, rows=rows, booked=booked, about=session,
        may_make_codes=call.caller.role in KEEPERS,
    )  # fmt: skip
