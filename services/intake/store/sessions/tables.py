"""Tables of sessions: what is known of them, who has booked, who was there, what was asked."""

from __future__ import annotations

import sqlalchemy as sa

from services.intake.domain.sessions.booking import BookingState
from services.intake.store.columns import EnumCode
from services.intake.store.tables import opinions, tables
from services.runtime.store.database import Instant
from services.runtime.store.nouns import JsonValue

#: `sequence` is the number of notify's last message that was taken over, `published` that of intake's own about it.
heard_sessions = sa.Table(
    "heard_sessions",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(60), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("brand", sa.Text),
    sa.Column("station", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("theme", sa.Text),
    sa.Column("ends", Instant),
    sa.Column("place", sa.Text),
    sa.Column("slots", sa.Integer, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False),
    sa.Column("published", sa.Integer, nullable=False),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("observers", sa.Integer, nullable=False),
    sa.Column("called", JsonValue(tuple[str, ...]), nullable=False),
    sa.Column("remind", Instant),
)
#: Who it is stands sealed in `personal`. Of the rows of a session that are not cancelled each has a slot of its own.
bookings = sa.Table(
    "bookings",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("receipt", sa.String(14), nullable=False, unique=True),
    sa.Column("session", sa.String(36), nullable=False),
    sa.Column("slot", sa.Integer, nullable=False),
    sa.Column("state", EnumCode(BookingState, 12), nullable=False),
    sa.Column("made", Instant, nullable=False),
    sa.Column("remind", Instant),
    sa.Column("updated", Instant, nullable=False),
    sa.Column("personal", sa.Text),
)
#: What a query for the bookings of a session says in these very words, so that both databases see that the index fits.
STANDS = sa.text("state <> 'cancelled'")
IS_TO_REMIND = sa.text("remind IS NOT NULL")
IS_PERSONAL = sa.text("personal IS NOT NULL")
sa.Index("bookings_slot", bookings.c.session, bookings.c.slot, unique=True, sqlite_where=STANDS, postgresql_where=STANDS)
sa.Index("bookings_remind", bookings.c.remind, sqlite_where=IS_TO_REMIND, postgresql_where=IS_TO_REMIND)
sa.Index("heard_sessions_remind", heard_sessions.c.remind, sqlite_where=IS_TO_REMIND, postgresql_where=IS_TO_REMIND)
sa.Index("bookings_personal", bookings.c.id, sqlite_where=IS_PERSONAL, postgresql_where=IS_PERSONAL)
#: Bookings by the mark of the contact that was left with them; `sent` is when its receipts were asked for last.
booking_marks = sa.Table(
    "booking_marks",
    tables,
    sa.Column("mark", sa.String(64), primary_key=True),
    sa.Column("booking", sa.String(36), primary_key=True, index=True),
    sa.Column("sent", Instant),
)
#: Deputies who were there, by the code that was put up or by the word of the host.
attendances = sa.Table(
    "attendances",
    tables,
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("deputy", sa.String(60), primary_key=True),
    sa.Column("by", sa.String(8), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)
#: The opinions that were asked at sessions, with their numbers there; `summary` is what a published list may say.
questions = sa.Table(
    "questions",
    tables,
    sa.Column("session", sa.String(36), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("opinion", sa.String(36), nullable=False, unique=True),
    sa.Column("summary", sa.Text),
    sqlite_with_rowid=False,
)
_AT_ONE = opinions.c.session.is_not(None)
sa.Index("opinions_session", opinions.c.session, "id", sqlite_where=_AT_ONE, postgresql_where=_AT_ONE)
