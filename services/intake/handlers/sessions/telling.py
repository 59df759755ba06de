"""Letters to those who booked: that they have a slot, that the session moves or is called off, and a reminder before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.contracts.messages.sessions import LetterBooked
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.sessions.booking import Booking, Visitor
from services.intake.domain.sessions.session import HeardSession

if TYPE_CHECKING:
    from services.intake.store.sessions.sessions import KnownSessions

About = Literal["booked", "moved", "put_off", "called_off", "soon", "resent"]


@dataclass(frozen=True, slots=True)
class VisitorLetters:
    """Writes to visitors; `site` is the address of this site, where that is known."""

    store: KnownSessions
    site: str = ""

    def tell(self, about: About, booking: Booking, session: HeardSession) -> None:
        """A letter to the one who made a booking; nothing once they were erased."""
        visitor = self.store.visitor_of(booking)
        if visitor is not None:
            self.write(about, booking, session, visitor)

    def write(self, about: About, booking: Booking, session: HeardSession, visitor: Visitor) -> None:
        """A letter about a booking, to these contacts."""
        link = f"{self.site}/bookings/{booking.receipt}" if self.site else None
        letter = LetterBooked(
            about, show_receipt(booking.receipt), session.title, session.at, booking.slot, session.place, link,
            visitor.name or None, visitor.email or None, visitor.phone or None,
        )  # fmt: skip
        self.store.write(letter, session.id)
