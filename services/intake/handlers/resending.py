"""A lost receipt is sent again, to the contact that was left with it and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.intake.domain.people import reached_by
from services.intake.domain.sessions.booking import Visitor
from services.intake.handlers import notifying

if TYPE_CHECKING:
    from services.intake.handlers.sessions.telling import VisitorLetters
    from services.intake.store.writing import IntakeStore


def resend(store: IntakeStore, telling: VisitorLetters, text: str) -> None:
    """Send the receipts of opinions and bookings that were left with a telephone number or an e-mail address; raises `Invalid`.

    Whether there are any is told to nobody but that contact.
    """
    person = reached_by(text)
    for addressee in store.take_addressees(person.phone or person.email or "", is_mail=person.phone is None):
        notifying.write(store, addressee.case, "resent", [addressee])
    for session, booking in telling.store.take_lost(person.phone or person.email or ""):
        telling.write("resent", booking, session, Visitor("", person.phone, person.email))
