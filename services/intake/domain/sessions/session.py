"""A session as notify tells of it, and what of it is intake's: the numbers of its questions, its bookings, who was there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.messages.duties import AboutSession
from services.contracts.messages.sessions import SessionMessage
from services.contracts.sessions import SessionState
from services.contracts.time.durations import parse_duration
from services.contracts.time.worktime import Calendar
from services.intake.domain.sessions.where import AtSession

#: Deputies are reminded on the working day before.
REMINDED_BEFORE: Final = parse_duration("1wd")
UNKNOWN_SESSION: Final = "There is no such session, or it is not yours."
#: The states in which questions are written down and attendance is noted.
WRITTEN_DOWN: Final = tuple(state for state in SessionState if state.takes_questions)
#: What of a session is notify's.
_TOLD: Final = ("kind", "title", "at", "state", "brand", "station", "area", "theme", "ends", "place", "slots")
#: What those who booked have to be told.
News = Literal["moved", "put_off", "called_off"]
#: What they are told when a session does not take place at its time.
_OFF: Final[Mapping[str, News]] = {SessionState.CANCELLED: "called_off", SessionState.POSTPONED: "put_off"}


@dataclass(slots=True)
class HeardSession:
    """`sequence` is the number of the last message of notify's that was taken over, `published` that of intake's own about it.

    `asked` counts its questions; `visitors` and `observers` are those whom the host has counted.
    `called` are the deputies who know that they are to come, `remind` is when they are reminded, None for not any more.
    """

    id: str
    kind: str
    title: str
    at: datetime
    state: str
    sequence: int
    brand: str | None = None
    station: str | None = None
    area: str | None = None
    theme: str | None = None
    ends: datetime | None = None
    place: str | None = None
    slots: int = 0
    asked: int = 0
    published: int = 0
    visitors: int = 0
    observers: int = 0
    called: tuple[str, ...] = ()
    remind: datetime | None = None

    @classmethod
    def first(cls, told: SessionMessage) -> HeardSession:
        """A session of which nothing was heard so far; `hear` takes over what is told."""
        return cls(told.session, told.kind, told.title, told.at, told.state, -1)

    def hear(self, sequence: int, told: SessionMessage) -> News | None:
        """Take over what notify tells, unless something newer is known; returns what those who booked have to be told."""
        if sequence <= self.sequence:
            return None
        before, self.sequence = (self.state, self.at, self.place), sequence
        for name in _TOLD:
            setattr(self, name, getattr(told, name))
        if self.is_off:
            return _OFF[self.state] if self.state != before[0] else None
        is_ahead = self.state == SessionState.ANNOUNCED and before[0] in (SessionState.ANNOUNCED, SessionState.POSTPONED)
        return "moved" if is_ahead and before != (self.state, self.at, self.place) else None

    def call(
        self, news: News | None, deputies: Sequence[str], calendar: Calendar, now: datetime
    ) -> Mapping[AboutSession, Sequence[str]]:
        """What to write to which deputies, now that `news` were heard and these are to come; nobody is told of a session that the
        public does not know."""
        before, self.remind = self.called, None
        if self.state == SessionState.CANCELLED:
            self.called = ()
            return {"session_called_off": before}
        if self.state == SessionState.POSTPONED:
            return {"session_put_off": before if news else ()}
        if self.state != SessionState.ANNOUNCED:
            return {}
        self.called = tuple(deputies)
        due = calendar.before(self.at, REMINDED_BEFORE)
        self.remind = due if self.called and due > now else None
        return {
            "session_called": [each for each in deputies if each not in before],
            "session_released": [each for each in before if each not in deputies],
            "session_moved": [each for each in deputies if each in before] if news else (),
        }

    @property
    def is_off(self) -> bool:
        """Whether it does not take place at its time."""
        return self.state in _OFF

    @property
    def takes_place(self) -> datetime | None:
        """When it begins; None as long as it is postponed to a time that nobody knows yet."""
        return None if self.state == SessionState.POSTPONED else self.at

    @property
    def where(self) -> AtSession:
        """What an opinion says of the session at which it was told."""
        return AtSession(self.id, self.kind, self.theme)

    def publish(self) -> int:
        """The number of intake's next message about it."""
        self.published += 1
        return self.published

    def check_written_down(self) -> None:
        """Raises `Conflict` unless questions and attendance are written down now: they are from its announcement to its end."""
        if self.state not in WRITTEN_DOWN:
            raise Conflict(f"The session is {self.state}; this is possible while it is {', '.join(WRITTEN_DOWN)}.")

    def check_host(self, station: str | None) -> None:
        """Raises `NotFound` for a `station` whose session it is not; the office has none and may host each."""
        if station is not None and self.station != station:
            raise NotFound(UNKNOWN_SESSION)

    def is_open(self, catalogue: Catalogue) -> bool:
        """Whether the public sees it and may come."""
        kind = catalogue.session_kinds.get(self.kind)
        return kind is not None and kind.open and self.state != SessionState.PLANNED

    def takes_bookings(self, catalogue: Catalogue, now: datetime) -> bool:
        """Whether the public may book now, as long as there is room."""
        return self.is_open(catalogue) and self.slots > 0 and self.state == SessionState.ANNOUNCED and now < self.at

    def free_slot(self, catalogue: Catalogue, taken: Collection[int], now: datetime) -> int:
        """The first slot that nobody has `taken`. Raises `NotFound`, `Conflict`."""
        if not self.is_open(catalogue):
            raise NotFound("There is no such session.")
        if not self.takes_bookings(catalogue, now):
            raise Conflict("This session takes no bookings, or no more.")
        free = next((slot for slot in range(1, self.slots + 1) if slot not in taken), None)
        if free is None:
            raise Conflict(f"All {self.slots} slots of this session are taken. Choose another session, or come without a booking.")
        return free

    def check_scanned(self, now: datetime, zone: ZoneInfo) -> None:
        """Raises `Conflict` unless a code that is put up there proves that somebody is there: on its day."""
        self.check_written_down()
        if now.astimezone(zone).date() != self.at.astimezone(zone).date():
            raise Conflict("Attendance is recorded by the code on the day of the session. Ask its host to note it.")


@dataclass(frozen=True, slots=True)
class Counted:
    """What the host says of who came; None is not said."""

    deputies: tuple[str, ...] = ()
    visitors: int | None = None
    observers: int | None = None

    def check(self) -> None:
        """Raises `Invalid` where nothing was said."""
        if self.visitors is None and self.observers is None and not self.deputies:
            reason = ["Name deputies, or say how many visitors or observers came."]
            raise Invalid("Correct the fields named in 'errors' and send again.", {"deputies": reason})
