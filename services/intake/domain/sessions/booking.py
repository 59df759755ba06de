"""预约: somebody will come to a session. Who it is stands sealed, and is nobody's business but the host's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.contracts.errors import Conflict, Invalid

UNKNOWN_BOOKING: Final = "There is no booking with this receipt. Check it for a typing error."


class BookingState(StrEnum):
    """Where a booking stands."""

    MADE = "made"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who wants to come, how they can be reached, and what it is about."""

    name: str
    phone: str | None = None
    email: str | None = None
    about: str | None = None

    def check(self) -> None:
        """Raises `Invalid` for somebody who could not be told that the session has moved."""
        if not (self.phone or self.email):
            reason = ["Give a telephone number or an e-mail address, so that we can tell you when the session moves."]
            raise Invalid("Correct the fields named in 'errors' and send again.", {"phone": reason})


@dataclass(slots=True)
class Booking:
    """`remind` is when its visitor is reminded, None for not any more; `personal` is the visitor, sealed, None once erased."""

    id: str
    receipt: str
    session: str
    slot: int
    state: BookingState
    made: datetime
    remind: datetime | None
    updated: datetime
    personal: str | None

    def plan_reminder(self, at: datetime, ahead: timedelta, now: datetime) -> None:
        """Remind so long ahead of the session, or never where that is no time.

        Where the moment is over, nobody is reminded: who has just been told needs no reminder.
        """
        due = at - ahead
        self.remind = due if ahead and due > now else None

    def cancel(self) -> None:
        """Its visitor will not come; raises `Conflict` when the session is over for them."""
        if self.state is BookingState.CANCELLED:
            return
        if self.state is not BookingState.MADE:
            raise Conflict("The session is over, so the booking cannot be cancelled any more.")
        self.state, self.remind = BookingState.CANCELLED, None

    def attend(self) -> None:
        """Its visitor has come; raises `Conflict` for one who had cancelled."""
        if self.state is BookingState.CANCELLED:
            raise Conflict("This booking was cancelled. Whoever comes without one is counted with the visitors.")
        self.state, self.remind = BookingState.ATTENDED, None

    def miss(self) -> None:
        """The session is over; who has not come has missed it."""
        if self.state is BookingState.MADE:
            self.state, self.remind = BookingState.MISSED, None
