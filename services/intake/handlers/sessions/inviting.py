"""Letters to the deputies who are to come to a session: that it is announced, what becomes of it, and a reminder the day before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.messages.duties import AboutSession, LetterEntrusted
from services.intake.domain.sessions.session import HeardSession
from services.intake.handlers.constituency.telling import PeopleOf

if TYPE_CHECKING:
    from services.intake.store.sessions.sessions import KnownSessions

#: Of what is off, or no matter of theirs, no letter says when and where it would have been.
_OFF: frozenset[AboutSession] = frozenset({"session_put_off", "session_called_off", "session_released"})


@dataclass(frozen=True, slots=True)
class Inviting:
    """Writes to deputies by their accounts; `site` is the address of this site, where that is known."""

    store: KnownSessions
    people_of: PeopleOf
    site: str = ""

    def write(self, session: HeardSession, wanted: Mapping[AboutSession, Sequence[str]]) -> None:
        """Letters to those of these deputies who have an account with an address or a number."""
        codes = {code for several in wanted.values() for code in several}
        people = self.people_of("deputy", codes) if codes else {}
        for about, several in wanted.items():
            for code in several:
                for person in people.get(code, ()):
                    if person.email or person.phone:
                        letter = LetterEntrusted(
                            about, person.name, session.title, _facts(about, session),
                            f"{self.site}/sessions/{session.id}" if self.site else None, person.email, person.phone,
                        )  # fmt: skip
                        self.store.write(letter, session.id)

    def remind(self, most: int) -> bool:
        """Remind those whose session is on the next working day; whether there may be more to remind."""
        due = self.store.to_call(most)
        for session in due:
            self.write(session, {"session_soon": session.called})
            session.remind = None
        self.store.save(*due)
        return len(due) == most


def _facts(about: AboutSession, session: HeardSession) -> Mapping[str, str]:
    if about in _OFF:
        return {}
    return {"at": session.at.isoformat()} | ({"place": session.place} if session.place else {})
