"""Booking a slot of a session, and giving it up again. The session is locked first, so that no slot is given twice."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.sessions import BookingCancelled, BookingMade
from services.intake.domain.receipt.receipts import new_receipt
from services.intake.domain.sessions.booking import Booking, BookingState, Visitor
from services.intake.domain.sessions.session import HeardSession
from services.intake.handlers.sessions.telling import VisitorLetters

if TYPE_CHECKING:
    from services.intake.store.sessions.sessions import KnownSessions


@dataclass(frozen=True, slots=True)
class Bookings:
    """What it takes to book; visitors are reminded so long `ahead` of a session."""

    telling: VisitorLetters
    catalogue: Catalogue
    ahead: timedelta

    @property
    def store(self) -> KnownSessions:
        """What is known of sessions, within the transaction."""
        return self.telling.store

    def make(self, session_id: str, visitor: Visitor, booking_id: str) -> tuple[HeardSession, Booking]:
        """Book the first free slot. Raises `NotFound`, `Invalid`, `Conflict`."""
        visitor.check()
        session, now = self.store.load(session_id), self.store.now
        slot = session.free_slot(self.catalogue, self.store.taken_slots(session.id), now)
        booking = Booking(
            booking_id, new_receipt(secrets.randbits), session.id, slot, BookingState.MADE, now, None, now, self.store.seal(visitor)
        )
        booking.plan_reminder(session.at, self.ahead, now)
        self.store.keep(booking)
        self.store.mark(booking, visitor)
        self.store.say(session, BookingMade(session.id, slot))
        self.store.save(session)
        self.telling.tell("booked", booking, session)
        return session, booking

    def cancel(self, receipt: str) -> tuple[HeardSession, Booking]:
        """Give a slot up; doing so again changes nothing. Raises `NotFound`, `Conflict`."""
        session = self.store.load(self.store.session_of(receipt))
        booking = self.store.booking(receipt)
        if booking.state is not BookingState.CANCELLED:
            booking.cancel()
            self.store.keep(booking)
            self.store.say(session, BookingCancelled(session.id, booking.slot))
            self.store.save(session)
        return session, booking

    def erase(self, receipt: str) -> tuple[str, int]:
        """Forget who made a booking; returns the session, and how many were forgotten. Raises `NotFound`."""
        session = self.store.load(self.store.session_of(receipt))
        booking = self.store.booking(receipt)
        if booking.personal is None:
            return session.id, 0
        self.store.forget(booking)
        return session.id, 1

    def attend(self, session_id: str, slot: int, station: str | None) -> tuple[HeardSession, Booking]:
        """The visitor of a slot has come. Raises `NotFound`, `Conflict`."""
        session = self.store.load(session_id)
        session.check_host(station)
        session.check_written_down()
        booking = self.store.booking_in(session.id, slot)
        booking.attend()
        self.store.keep(booking)
        return session, booking
