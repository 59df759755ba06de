"""Sessions, bookings, attendance and questions within one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from services.contracts.envelope import UNNUMBERED
from services.contracts.errors import NotFound, Refusal, Unavailable
from services.contracts.messages.duties import LetterEntrusted
from services.contracts.messages.sessions import AttendanceRecorded, BookingCancelled, BookingMade, LetterBooked
from services.contracts.messages.supervision import LetterCancelled
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.sessions.booking import UNKNOWN_BOOKING, Booking, BookingState, Visitor
from services.intake.domain.sessions.session import UNKNOWN_SESSION, HeardSession
from services.intake.store.personal import seal
from services.intake.store.sessions import marks
from services.intake.store.sessions.tables import STANDS, attendances, bookings, heard_sessions, questions
from services.runtime.clock import is_young
from services.runtime.store import idempotency
from services.runtime.store.database import Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.store.statements.bulk import among
from services.runtime.store.vault import Vault

#: Within how many seconds what notify tells of a session is heard, on a busy machine as well.
HEARD_WITHIN = 10
SESSIONS, BOOKINGS = NounTable(heard_sessions, HeardSession), NounTable(bookings, Booking)
#: Always in the same order, so that two who lock several wait for each other and no more.
_NAMED = SESSIONS.query.where(among(heard_sessions.c.id, "ids")).order_by(heard_sessions.c.id).with_for_update()
_AS_READ = SESSIONS.query.where(among(heard_sessions.c.id, "ids"))
_OF_SESSIONS = (
    BOOKINGS.query.where(among(bookings.c.session, "ids"), STANDS, bookings.c.state == BookingState.MADE)
    .order_by(bookings.c.session, bookings.c.slot)
    .with_for_update()
)
_IN_SLOT = BOOKINGS.query.where(
    bookings.c.session == sa.bindparam("session"), bookings.c.slot == sa.bindparam("slot"), STANDS
).with_for_update()  # fmt: skip
_HELD = BOOKINGS.query.where(bookings.c.receipt == sa.bindparam("receipt")).with_for_update()
_TAKEN = sa.select(bookings.c.slot).where(bookings.c.session == sa.bindparam("session"), STANDS)
_DUE = (
    BOOKINGS.query.where(bookings.c.remind <= sa.bindparam("now")).order_by(bookings.c.remind, bookings.c.id)
    .limit(sa.bindparam("most")).with_for_update(skip_locked=True)
)  # fmt: skip
_TO_CALL = (
    SESSIONS.query.where(heard_sessions.c.remind <= sa.bindparam("now")).order_by(heard_sessions.c.id)
    .limit(sa.bindparam("most")).with_for_update(skip_locked=True)
)  # fmt: skip
_OUTLIVED = (
    BOOKINGS.query.join(heard_sessions, heard_sessions.c.id == bookings.c.session)
    .where(bookings.c.personal.is_not(None), sa.func.coalesce(heard_sessions.c.ends, heard_sessions.c.at) < sa.bindparam("before"))
    .order_by(bookings.c.id).limit(sa.bindparam("most")).with_for_update(of=bookings)
)  # fmt: skip
_PRESENT = sa.select(attendances.c.deputy).where(attendances.c.session == sa.bindparam("session"))


def visitor_of(vault: Vault, personal: str | None) -> Visitor | None:
    """Who made a booking, of what is kept of them."""
    return Visitor(**vault.open(personal)) if personal else None


def unheard(session: str) -> Refusal:
    """What is answered of a session of which nothing was heard: it may have been planned a moment ago."""
    if is_young(session, HEARD_WITHIN):
        return Unavailable("This session was planned only just now. Please try again shortly.")
    return NotFound(UNKNOWN_SESSION)


class KnownSessions:
    """What is known of sessions, each locked until the commit, so that slots and numbers are counted one at a time."""

    def __init__(self, work: Transaction, vault: Vault) -> None:
        self._work, self._vault = work, vault
        self.now = work.now
        self._sessions, self._bookings = Nouns(work, SESSIONS), Nouns(work, BOOKINGS)

    def load(self, session: str) -> HeardSession:
        """One session; raises `NotFound`."""
        found = self._sessions.load(_NAMED, {"ids": [session]})
        if not found:
            raise unheard(session)
        return found[0]

    def load_many(self, ids: Sequence[str]) -> dict[str, HeardSession]:
        """Those that there are among these."""
        return {each.id: each for each in self._sessions.load(_NAMED, {"ids": ids})}

    def save(self, *changed: HeardSession) -> None:
        """Keep what is new and what has changed of sessions."""
        self._sessions.save(changed)

    def booked(self, ids: Sequence[str]) -> list[Booking]:
        """The bookings of these sessions whose visitors are still expected."""
        return self._bookings.load(_OF_SESSIONS, {"ids": ids})

    def taken_slots(self, session: str) -> frozenset[int]:
        """The slots of a session that somebody has."""
        return frozenset(row.slot for row in self._work.fetch(_TAKEN, {"session": session}))

    def booking(self, receipt: str) -> Booking:
        """The booking behind a receipt; raises `NotFound`. Its session is to be locked first."""
        return self._one(_HELD, {"receipt": receipt})

    def booking_in(self, session: str, slot: int) -> Booking:
        """The booking of a slot; raises `NotFound`."""
        return self._one(_IN_SLOT, {"session": session, "slot": slot})

    def seal(self, visitor: Visitor) -> str | None:
        """A visitor as they are kept with a booking."""
        return seal(self._vault, asdict(visitor))

    def visitor_of(self, booking: Booking) -> Visitor | None:
        """Who made a booking; None once that was erased. Raises `SealBroken`."""
        return visitor_of(self._vault, booking.personal)

    def write(self, letter: LetterBooked | LetterEntrusted, session: str) -> None:
        """Send a letter to a visitor or a deputy about a session; who they are leaves sealed."""
        named = {name: self._vault.seal(text) for name in ("name", "email", "phone") if (text := getattr(letter, name))}
        self._work.publish(msgspec.structs.replace(letter, **named), subject=session, sequence=UNNUMBERED)

    def to_call(self, most: int) -> list[HeardSession]:
        """Sessions whose deputies are to be reminded by now."""
        return self._sessions.load(_TO_CALL, {"now": self.now, "most": most})

    def mark(self, booking: Booking, visitor: Visitor) -> None:
        """Let a new booking be found by the contact that was left with it."""
        marks.add(self._work, self._vault, booking.id, visitor)

    def take_lost(self, contact: str) -> list[tuple[HeardSession, Booking]]:
        """The bookings to send again to a contact; none when that was done a short while ago."""
        found = marks.take(self._work, self._vault, BOOKINGS, contact)
        rows = SESSIONS.all(self._work.fetch(_AS_READ, {"ids": sorted({each.session for each in found})}))
        known = {each.id: each for each in rows}
        return [(known[each.session], each) for each in found if each.session in known]

    def forget(self, booking: Booking) -> None:
        """Keep nothing of who made a booking, and drop the letters to them that wait."""
        self._work.overwrite()
        marks.forget(self._work, booking.id)
        booking.personal = None
        self.keep(booking)
        idempotency.forget(self._work, booking.id)
        self._work.publish(LetterCancelled((show_receipt(booking.receipt),)), subject=booking.session, sequence=UNNUMBERED)

    def _one(self, query: sa.Select[Any], parameters: Mapping[str, object]) -> Booking:
        found = self._bookings.load(query, parameters)
        if not found:
            raise NotFound(UNKNOWN_BOOKING)
        return found[0]

    def session_of(self, receipt: str) -> str:
        """The session that a receipt is for; raises `NotFound`."""
        found: str | None = self._work.execute(sa.select(bookings.c.session).where(bookings.c.receipt == receipt)).scalar()
        if found is None:
            raise NotFound(UNKNOWN_BOOKING)
        return found

    def outlived(self, before: datetime, most: int) -> list[Booking]:
        """Bookings of sessions that were over by then, of which it is still known who made them."""
        return self._bookings.load(_OUTLIVED, {"before": before, "most": most})

    def due(self, most: int) -> list[Booking]:
        """Bookings whose visitors are to be reminded by now."""
        return self._bookings.load(_DUE, {"now": self.now, "most": most})

    def keep(self, *changed: Booking) -> None:
        """Keep what is new and what has changed of bookings."""
        self._bookings.save(changed)

    def say(self, session: HeardSession, message: BookingMade | BookingCancelled | AttendanceRecorded) -> None:
        """Publish a message of intake's about a session."""
        self._work.publish(message, subject=session.id, sequence=session.publish())

    def present(self, session: str) -> frozenset[str]:
        """The deputies of whom it is known that they were there."""
        return frozenset(row.deputy for row in self._work.fetch(_PRESENT, {"session": session}))

    def attend(self, session: str, deputy: str, by: str) -> None:
        """Note that a deputy was there."""
        self._work.add(attendances, {"session": session, "deputy": deputy, "by": by, "at": self.now})

    def number(self, session: str, number: int, opinion: str, summary: str | None) -> None:
        """Keep which question of a session an opinion is."""
        self._work.add(questions, {"session": session, "number": number, "opinion": opinion, "summary": summary})
