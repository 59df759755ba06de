"""Bookings over HTTP: the public makes and cancels them, the host sees who comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TypedDict, TypeVar

from services.contracts.errors import Invalid, NotFound
from services.contracts.people.callers import PUBLIC
from services.intake.app.context import ADMIN, Intake
from services.intake.app.limits import BOOKINGS, RECEIPTS
from services.intake.app.sessions.questions import HOSTS
from services.intake.app.sessions.telling import telling
from services.intake.domain.receipt.receipts import read_receipt, show_receipt
from services.intake.domain.sessions.booking import UNKNOWN_BOOKING, Booking, BookingState, Visitor
from services.intake.domain.sessions.session import HeardSession
from services.intake.handlers.sessions import booking as handlers
from services.intake.schemas.sessions.bookings import BookingBody, BookingErased, BookingShape, SlotShape, VisitorList
from services.intake.store.sessions import looking
from services.runtime.clock import new_id
from services.runtime.input.numbers import whole_number
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
T = TypeVar("T")


class BookingAnswer(TypedDict):
    """What somebody who booked is answered; by its id the remembered answer is found when they are erased."""

    id: str
    receipt: str
    session: str
    title: str
    at: str | None
    session_state: str
    place: str | None
    slot: int
    state: BookingState
    links: dict[str, str]


def desk(service: Intake, work: Transaction) -> handlers.Bookings:
    """What it takes to book within a transaction."""
    return handlers.Bookings(telling(service, work), service.catalogue, service.reminded_ahead)


@routes.post(
    f"{API}/sessions/<session_id>/bookings", access=PUBLIC, counts=(BOOKINGS,), body=BookingBody, answers={201: BookingShape},
    made="{links[booking]}",
)  # fmt: skip
def book(call: Call[Intake]) -> Answer:
    """Book a slot of an announced session; the receipt is the only key to it. There are never more bookings than slots."""
    return 201, book_with(call, call.body)


def book_with(call: Call[Intake], visitor: Visitor) -> BookingAnswer:
    """The same for a visitor of a form. Raises `NotFound`, `Invalid`, `Conflict`."""
    session = call.path["session_id"]

    def act(work: Transaction) -> tuple[int, BookingAnswer]:
        return 201, shown(*desk(call.service, work).make(session, visitor, new_id()))

    return once(call.service.database, call.idempotency_key, f"POST /sessions/{session}/bookings", visitor, act)[1]


@routes.get(f"{API}/bookings/<receipt>", access=PUBLIC, counts=(RECEIPTS,), answers={200: BookingShape})
def read_booking(call: Call[Intake]) -> Answer:
    """Read a booking by its receipt: when and where the session is, and whether the slot still stands."""
    return 200, shown(*held(call))


def held(call: Call[Intake]) -> tuple[HeardSession, Booking]:
    """The booking of the receipt in the path, with its session; raises `NotFound`."""
    with call.service.database.reading() as connection:
        return looking.find_booking(connection, receipt_in(call))


def receipt_in(call: Call[Intake]) -> str:
    """The receipt in the path; raises `NotFound` for what cannot be one."""
    receipt = read_receipt(call.path["receipt"])
    if receipt is None:
        raise NotFound(UNKNOWN_BOOKING)
    return receipt


@routes.post(f"{API}/bookings/<receipt>/cancel", access=PUBLIC, counts=(RECEIPTS,), answers={200: BookingShape})
def cancel_booking(call: Call[Intake]) -> Answer:
    """Give a slot up, so that somebody else can have it; doing so again changes nothing."""
    return 200, shown(*cancel_with(call))


def cancel_with(call: Call[Intake]) -> tuple[HeardSession, Booking]:
    """The same for a page. Raises `NotFound`, `Conflict`."""
    receipt = receipt_in(call)
    return change(call.service, lambda bookings: bookings.cancel(receipt))


@routes.get(f"{API}/sessions/<session_id>/bookings", access=HOSTS, answers={200: VisitorList}, personal=True)
def list_bookings(call: Call[Intake]) -> Answer:
    """List who has booked a session, by slot, for its host."""
    session, found = booked(call)
    blank = dict.fromkeys(Visitor.__slots__)
    rows = [
        {"slot": each.slot, "state": each.state, "made": each.made, **(asdict(each.visitor) if each.visitor else blank)}
        for each in found
    ]
    return 200, {"session": session.id, "slots": session.slots, "items": rows}


def booked(call: Call[Intake]) -> tuple[HeardSession, list[looking.BookedSlot]]:
    """The session in the path and who has booked it, for its host; raises `NotFound`."""
    with call.service.database.reading() as connection:
        session = looking.find_hosted(connection, call.path["session_id"], call.caller.station)
        return session, looking.booked_slots(connection, call.service.vault, session.id)


@routes.post(f"{API}/sessions/<session_id>/bookings/<slot>/attended", access=HOSTS, answers={200: SlotShape})
def attended(call: Call[Intake]) -> Answer:
    """Note that the visitor of a slot has come. Who has not come when the minutes are written has missed it."""
    session, booking = attend_with(call)
    return 200, {"session": session.id, "slot": booking.slot, "state": booking.state}


def attend_with(call: Call[Intake]) -> tuple[HeardSession, Booking]:
    """The same for a page. Raises `NotFound`, `Conflict`, `Invalid`."""
    slot, session = whole_number(call.path["slot"], 9), call.path["session_id"]
    if slot is None:
        raise Invalid("Name the number of a slot.", {"slot": ["a number"]})
    return change(call.service, lambda bookings: bookings.attend(session, slot, call.caller.station))


@routes.post(f"{API}/bookings/<receipt>/erasure", access=ADMIN, counts=(RECEIPTS,), answers={200: BookingErased})
def erase_booking(call: Call[Intake]) -> Answer:
    """Erase who made a booking; the slot stays theirs, and nobody is told of changes any more."""
    receipt, service = receipt_in(call), call.service

    def act(bookings: handlers.Bookings) -> tuple[str, int]:
        return bookings.erase(receipt)

    session, persons = change(service, act)
    service.database.tidy()
    return 200, {"session": session, "persons": persons}


def change(service: Intake, act: Callable[[handlers.Bookings], T]) -> T:
    """Change a booking in a transaction."""
    return service.database.write(lambda work: act(desk(service, work)))


def shown(session: HeardSession, booking: Booking) -> BookingAnswer:
    """A booking as the holder of its receipt sees it."""
    at = session.takes_place
    return {
        "id": booking.id, "receipt": show_receipt(booking.receipt), "session": session.id, "title": session.title,
        "at": at.isoformat() if at else None, "session_state": session.state, "place": session.place, "slot": booking.slot,
        "state": booking.state,
        "links": {"booking": f"{API}/bookings/{booking.receipt}", "page": f"/bookings/{booking.receipt}"},
    }  # fmt: skip
