"""Booking a slot of a session, and what the holder of the receipt sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import flask

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.people.callers import PUBLIC
from services.contracts.words.of_sessions import BOOKINGS as STATES
from services.design.phrases import Phrase
from services.intake.app.context import Intake
from services.intake.app.limits import BOOKINGS, RECEIPTS
from services.intake.app.sessions import bookings as app
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.sessions.booking import BookingState
from services.intake.domain.sessions.session import UNKNOWN_SESSION
from services.intake.pages.paper import TEMPLATES, private
from services.intake.pages.receipt.codes import paper_address
from services.intake.pages.sessions.showing import about
from services.intake.pages.submission import fields
from services.intake.pages.submission.fields import CONTACT, KEY, new_key, usable_key
from services.intake.schemas.sessions.bookings import BookingBody
from services.intake.store.sessions import looking
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call
from services.runtime.web.pages.html import error_page, html, see_other
from services.runtime.web.pages.kept import KeptForm
from services.runtime.web.requests import read_form, validate
from services.runtime.web.routes import Answer, Routes

routes = Routes()
LOOK_COST: Final = 1
FIELDS: Final = (*CONTACT, "about", KEY)
LABELS: Final[Mapping[str, Phrase]] = {
    **{name: fields.LABELS[name] for name in CONTACT},
    "about": Phrase("What you want to speak about"),
}
MISTAKES: Final[Mapping[str, Phrase]] = {
    "name": Phrase("Please fill this in"),
    "phone": Phrase("Please enter one phone number, or an e-mail address below, so that we can tell you when the session moves"),
    "email": fields.MISTAKES["email"],
    "about": Phrase("At most 2,000 characters"),
}
NOT_NOW: Final = Phrase("All slots are taken, or the session takes no bookings any more.")
SENT_ALREADY: Final = Phrase("This form has been sent already, and was changed since. To book another slot, press “Book” again.")
TOO_LATE: Final = Phrase("The session is over, so that the booking cannot be cancelled any more.")
_BODY = BookingBody()


@routes.get("/sessions/<session_id>/book", access=PUBLIC, cost=LOOK_COST, page=error_page)
def book_page(call: Call[Intake]) -> Answer:
    """The form to book a slot."""
    return _form(call, dict.fromkeys(FIELDS, "") | {KEY: new_key()})


# No CSRF token, as with the other forms of citizens: there is no session of a browser.
@routes.post(
    "/sessions/<session_id>/book", access=PUBLIC, page=KeptForm(LABELS, (KEY,)), counts=(BOOKINGS,)
)  # fmt: skip
def book(call: Call[Intake]) -> Answer:
    """Book a slot; on to the page of the booking, or the form with what was typed and the mistakes."""
    form = read_form(FIELDS)
    form[KEY] = usable_key(form[KEY])
    keyed = replace(call, idempotency_key=Key.of(form[KEY], call.caller.principal))
    try:
        visitor = validate(_BODY, {name: form[name] for name in FIELDS if name != KEY and form[name]})
        taken = app.book_with(keyed, visitor)
    except Invalid as error:
        return _form(call, form, 422, {name: MISTAKES[name] for name in MISTAKES if name in error.errors})
    except Conflict as error:
        is_other = "Idempotency-Key" in error.detail
        return _form(call, form | {KEY: new_key()}, 409, notice=SENT_ALREADY if is_other else NOT_NOW)
    return see_other(taken["links"]["page"])


def _form(
    call: Call[Intake], form: Mapping[str, str], status: int = 200, mistakes: Mapping[str, Phrase] | None = None,
    notice: Phrase | None = None,
) -> flask.Response:  # fmt: skip
    service = call.service
    with service.database.reading() as connection:
        session = looking.find_session(connection, call.path["session_id"])
        left = looking.count_left(connection, session)
    if not session.is_open(service.catalogue):
        raise NotFound(UNKNOWN_SESSION)
    may = session.takes_bookings(service.catalogue, service.database.clock.now())
    return private(
        html(
            TEMPLATES, "sessions/book.html", status, place=service.catalogue, session_title=session.title, left=left,
            about=about(session, service.catalogue), may=may, form=form, labels=LABELS, mistakes=mistakes or {}, notice=notice,
            address=f"/sessions/{session.id}", full=NOT_NOW,
        )
    )  # fmt: skip


@routes.get("/bookings/<receipt>", access=PUBLIC, counts=(RECEIPTS,), page=error_page)
def booking_page(call: Call[Intake]) -> Answer:
    """A booking by its receipt: when and where, and whether it still stands; it can be cancelled here."""
    return _booking(call)


def _booking(call: Call[Intake], status: int = 200, notice: Phrase | None = None) -> flask.Response:
    session, booking = app.held(call)
    catalogue, address = call.service.catalogue, f"/bookings/{booking.receipt}"
    return private(
        html(
            TEMPLATES, "sessions/booking.html", status, place=catalogue, title=session.title, slot=booking.slot,
            receipt=show_receipt(booking.receipt), standing=STATES[booking.state], stands=booking.state is BookingState.MADE,
            about=about(session, catalogue), on_paper=paper_address(call, address), address=address, notice=notice,
            is_off=session.is_off,
        )
    )  # fmt: skip


@routes.post("/bookings/<receipt>/cancel", stands_on="/bookings/<receipt>", access=PUBLIC, page=error_page, counts=(RECEIPTS,))
def cancel(call: Call[Intake]) -> Answer:
    """Give the slot up; back to the booking."""
    try:
        _, booking = app.cancel_with(call)
    except Conflict:
        return _booking(call, 409, TOO_LATE)
    return see_other(f"/bookings/{booking.receipt}")
