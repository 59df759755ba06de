"""What is looked up of sessions without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.errors import NotFound
from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome
from services.intake.domain.sessions.booking import UNKNOWN_BOOKING, Booking, BookingState, Visitor
from services.intake.domain.sessions.session import HeardSession
from services.intake.store.sessions.sessions import BOOKINGS, SESSIONS, unheard, visitor_of
from services.intake.store.sessions.tables import STANDS, bookings, heard_sessions, questions
from services.intake.store.tables import opinions
from services.runtime.store.statements.bulk import fetch
from services.runtime.store.vault import Vault

_SESSION = SESSIONS.query.where(heard_sessions.c.id == sa.bindparam("session"))
_BOOKING = BOOKINGS.query.where(bookings.c.receipt == sa.bindparam("receipt"))
_BOOKINGS = BOOKINGS.query.where(bookings.c.session == sa.bindparam("session"), STANDS).order_by(bookings.c.slot)
_QUESTIONS = (
    sa.select(
        questions.c.number, questions.c.summary, opinions.c.id, opinions.c.title, opinions.c.topic, opinions.c.area,
        opinions.c.department, opinions.c.state, opinions.c.outcome, opinions.c.receipt,
    )
    .join(opinions, opinions.c.id == questions.c.opinion)
    .where(questions.c.session == sa.bindparam("session"), questions.c.number > sa.bindparam("after"))
    .order_by(questions.c.number)
    .limit(sa.bindparam("most"))
)  # fmt: skip
_TOGETHER = sa.select(sa.func.count()).where(bookings.c.session == sa.bindparam("session"), STANDS)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question and where its case stands; its receipt is for who asked it, and for the host who wrote it down."""

    number: int
    summary: str | None
    id: str
    title: str
    topic: str | None
    area: str | None
    department: str | None
    state: State
    outcome: Outcome | None
    receipt: str


@dataclass(frozen=True, slots=True)
class BookedSlot:
    """A slot and who has it; None once that was erased."""

    slot: int
    state: BookingState
    made: datetime
    visitor: Visitor | None


def find_session(connection: Connection, session: str) -> HeardSession:
    """A session; raises `NotFound`."""
    found = SESSIONS.all(fetch(connection, _SESSION, {"session": session}))
    if not found:
        raise unheard(session)
    return found[0]


def find_hosted(connection: Connection, session: str, station: str | None) -> HeardSession:
    """A session that a station may host, or the office, which has none; raises `NotFound`."""
    found = find_session(connection, session)
    found.check_host(station)
    return found


def find_booking(connection: Connection, receipt: str) -> tuple[HeardSession, Booking]:
    """The booking behind a receipt with its session; raises `NotFound`."""
    found = BOOKINGS.all(fetch(connection, _BOOKING, {"receipt": receipt}))
    if not found:
        raise NotFound(UNKNOWN_BOOKING)
    return find_session(connection, found[0].session), found[0]


def booked_slots(connection: Connection, vault: Vault, session: str) -> list[BookedSlot]:
    """The slots of a session that somebody has, with who it is."""
    found = BOOKINGS.all(fetch(connection, _BOOKINGS, {"session": session}))
    return [BookedSlot(each.slot, each.state, each.made, visitor_of(vault, each.personal)) for each in found]


def count_booked(connection: Connection, session: str) -> int:
    """How many slots of a session somebody has."""
    return int(connection.execute(_TOGETHER, {"session": session}).scalar_one())


def count_left(connection: Connection, session: HeardSession) -> int:
    """How many slots of a session nobody has."""
    return max(0, session.slots - count_booked(connection, session.id)) if session.slots else 0


def questions_of(connection: Connection, session: str, after: int, most: int) -> Sequence[AskedQuestion]:
    """The questions of a session with higher numbers than `after`, by number."""
    rows = fetch(connection, _QUESTIONS, {"session": session, "after": after, "most": most})
    return [AskedQuestion(*(getattr(row, name) for name in AskedQuestion.__slots__)) for row in rows]
