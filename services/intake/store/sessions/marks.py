"""Bookings by the contact that was left with them, which stands here as a mark that tells nothing without the key."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from services.intake.domain.sessions.booking import Booking, BookingState, Visitor
from services.intake.store.marks import MOST_SENT, plain, take_marks
from services.intake.store.sessions.tables import booking_marks, bookings
from services.runtime.store.database import Transaction
from services.runtime.store.nouns import NounTable
from services.runtime.store.vault import Vault


def add(work: Transaction, vault: Vault, booking: str, visitor: Visitor) -> None:
    """Mark the contacts that were left with a booking."""
    for contact in filter(None, (visitor.phone, visitor.email)):
        work.add(booking_marks, {"mark": vault.mark(plain(contact)), "booking": booking, "sent": None})


def forget(work: Transaction, booking: str) -> None:
    """Remove the marks of a booking."""
    work.execute(booking_marks.delete().where(booking_marks.c.booking == booking))


def take(work: Transaction, vault: Vault, table: NounTable[Booking], contact: str) -> Sequence[Booking]:
    """The standing bookings that were left with a contact, the newest first; none when they were sent a short while ago."""
    wanted = take_marks(work, vault, booking_marks, contact)
    if wanted is None:
        return []
    left = sa.select(booking_marks.c.booking).where(wanted)
    query = table.query.where(bookings.c.id.in_(left), bookings.c.state == BookingState.MADE)
    return table.all(work.execute(query.order_by(bookings.c.id.desc()).limit(MOST_SENT)))
