"""What notify tells of sessions, and what follows from it for those who booked and for the deputies who are to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.contracts.envelope import Event
from services.contracts.messages.sessions import SessionMessage
from services.contracts.sessions import SessionState
from services.contracts.time.worktime import Calendar
from services.intake.domain.sessions.booking import Booking
from services.intake.domain.sessions.session import HeardSession, News
from services.intake.handlers.sessions.inviting import Inviting
from services.intake.handlers.sessions.telling import VisitorLetters


@dataclass(frozen=True, slots=True)
class Mirroring:
    """Takes over what notify tells; visitors are reminded so long `ahead` of a session."""

    telling: VisitorLetters
    inviting: Inviting
    calendar: Calendar
    ahead: timedelta

    def hear(self, events: Sequence[Event]) -> None:
        """Take over the newest that is told of each session. Nothing is looked up where none is told of."""
        told = [(event.sequence, event.data) for event in events if isinstance(event.data, SessionMessage)]
        if not told:
            return
        store, ids = self.telling.store, sorted({message.session for _, message in told})
        known = store.load_many(ids)
        booked: dict[str, list[Booking]] = {}
        for booking in store.booked(sorted(known)) if known else ():
            booked.setdefault(booking.session, []).append(booking)
        for sequence, message in told:
            session = known.setdefault(message.session, HeardSession.first(message))
            news = session.hear(sequence, message)
            self._follow(session, news, booked.get(session.id, []))
            if sequence == session.sequence:
                self.inviting.write(session, session.call(news, message.deputies, self.calendar, store.now))
        store.save(*known.values())
        store.keep(*(each for of_one in booked.values() for each in of_one))

    def _follow(self, session: HeardSession, news: News | None, booked: Sequence[Booking]) -> None:
        for booking in booked:
            if news is not None:
                self.telling.tell(news, booking, session)
            if news == "called_off":
                booking.cancel()
            elif news == "put_off":
                booking.remind = None
            elif news == "moved":
                booking.plan_reminder(session.at, self.ahead, self.telling.store.now)
            elif session.state == SessionState.MINUTED:
                booking.miss()


def remind(telling: VisitorLetters, most: int) -> bool:
    """Remind the visitors of sessions that come near; whether there may be more to remind."""
    store = telling.store
    due = store.due(most)
    sessions = store.load_many(sorted({each.session for each in due})) if due else {}
    for booking in due:
        telling.tell("soon", booking, sessions[booking.session])
        booking.remind = None
    store.keep(*due)
    return len(due) == most
