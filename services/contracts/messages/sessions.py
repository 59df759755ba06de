"""Messages about sessions with people: notify's of sessions, themes, entries and lists, intake's of who comes and what is asked."""

from __future__ import annotations

from typing import ClassVar, Literal

from services.contracts.messages.values import AwareDatetime, Count, Message

#: What an entry is of: matters that are no opinions.
EntryList = Literal["problem", "measure", "work", "task"]
#: The lists of a session, a station or a year.
ListName = Literal["problem", "measure", "promise", "result", "work"]


class SessionMessage(Message, frozen=True):
    """What each message of a session carries: the whole of it as it stands then, so that the newest is all one needs.

    `deputies` are codes of the register where there is one, `departments` those asked to come; no message of a session names a
    person. `irregular` names the rules of its kind that were broken.
    """

    KEY: ClassVar[str | None] = None
    session: str
    kind: str
    title: str
    at: AwareDatetime
    state: str
    brand: str | None = None
    station: str | None = None
    area: str | None = None
    theme: str | None = None
    plan: str | None = None
    ends: AwareDatetime | None = None
    place: str | None = None
    slots: Count = 0
    deputies: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    irregular: tuple[str, ...] = ()


class SessionPlanned(SessionMessage, frozen=True):
    """A session has a time and a place; the public does not know of it yet."""

    TYPE: ClassVar[str] = "session.planned"


class SessionAnnounced(SessionMessage, frozen=True):
    """公告: the public knows of it, and those who are asked to come."""

    TYPE: ClassVar[str] = "session.announced"


class SessionChanged(SessionMessage, frozen=True):
    """Something of it has changed that is no move: its title, place, people or theme."""

    TYPE: ClassVar[str] = "session.changed"


class SessionPostponed(SessionMessage, frozen=True):
    """延期: `at` is the new time, unless its state says that none is known yet."""

    TYPE: ClassVar[str] = "session.postponed"


class SessionCancelled(SessionMessage, frozen=True):
    """取消: it will not be held."""

    TYPE: ClassVar[str] = "session.cancelled"


class SessionHeld(SessionMessage, frozen=True):
    """It took place, with these deputies present, and as many visitors and observers."""

    TYPE: ClassVar[str] = "session.held"
    visitors: Count = 0
    observers: Count = 0
    deputies_present: tuple[str, ...] = ()


class SessionMinuted(SessionMessage, frozen=True):
    """Its minutes are written."""

    TYPE: ClassVar[str] = "session.minuted"


class SessionFollowed(SessionMessage, frozen=True):
    """What was promised at it has come to an end."""

    TYPE: ClassVar[str] = "session.followed"


class SessionEvaluated(SessionMessage, frozen=True):
    """Those who were there have rated it: how many of each."""

    TYPE: ClassVar[str] = "session.evaluated"
    satisfied: Count = 0
    basically_satisfied: Count = 0
    dissatisfied: Count = 0


class SessionClosed(SessionMessage, frozen=True):
    """Nothing more happens to it."""

    TYPE: ClassVar[str] = "session.closed"


class ThemeMessage(Message, frozen=True):
    """What each message of a theme carries; its subject is the theme."""

    KEY: ClassVar[str | None] = None
    theme: str
    title: str
    source: Literal["words", "person", "plan"]
    area: str | None = None
    kind: str | None = None


class ThemeSuggested(ThemeMessage, frozen=True):
    """A theme for a session was suggested, from what many people told, by a person or by a plan."""

    TYPE: ClassVar[str] = "theme.suggested"


class ThemeShortlisted(ThemeMessage, frozen=True):
    """It is one of the few to choose from for sessions of a kind."""

    TYPE: ClassVar[str] = "theme.shortlisted"


class ThemeChosen(ThemeMessage, frozen=True):
    """A session will be about it."""

    TYPE: ClassVar[str] = "theme.chosen"


class EntryMade(Message, frozen=True):
    """Something to be done that is no opinion stands on a list of a session, or of a station and a year."""

    TYPE: ClassVar[str] = "entry.made"
    KEY: ClassVar[str | None] = None
    entry: str
    list: EntryList
    session: str | None = None
    station: str | None = None
    year: Count | None = None
    owner: str | None = None
    due: AwareDatetime | None = None


class EntryDone(EntryMade, frozen=True):
    """It is done."""

    TYPE: ClassVar[str] = "entry.done"
    on_time: bool = True


class ListPublished(Message, frozen=True):
    """A list was frozen with `rows` rows and made public. `hash` is the SHA-256 of its canonical JSON."""

    TYPE: ClassVar[str] = "list.published"
    KEY: ClassVar[str | None] = None
    list: ListName
    hash: str
    rows: Count
    session: str | None = None
    station: str | None = None
    year: Count | None = None


class QuestionAsked(Message, frozen=True):
    """An opinion was told at a session and has a number there; `summary` is what a public list may say of it."""

    TYPE: ClassVar[str] = "question.asked"
    KEY: ClassVar[str | None] = None
    session: str
    kind: str
    number: Count
    station: str | None = None
    summary: str | None = None
    topic: str | None = None
    department: str | None = None


class BookingMade(Message, frozen=True):
    """预约: somebody will come to a session, in this slot; who it is stands in no message."""

    TYPE: ClassVar[str] = "booking.made"
    KEY: ClassVar[str | None] = None
    session: str
    slot: Count


class BookingCancelled(BookingMade, frozen=True):
    """They will not; the slot is free again."""

    TYPE: ClassVar[str] = "booking.cancelled"


class AttendanceRecorded(Message, frozen=True):
    """扫码履职: a deputy was at a session, by the code put up there, or by the word of the host, who also counts the others."""

    TYPE: ClassVar[str] = "attendance.recorded"
    KEY: ClassVar[str | None] = None
    session: str
    by: Literal["code", "host"]
    deputy: str | None = None
    visitors: Count = 0
    observers: Count = 0


class LetterBooked(Message, frozen=True):
    """A letter to somebody who booked: the slot, and what becomes of the session. It goes to nobody but notify, and `name`, `email`
    and `phone` are sealed with a key that only intake and notify have. `link` leads to the booking, where this site is known.
    """

    TYPE: ClassVar[str] = "letter.booked"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    about: Literal["booked", "moved", "put_off", "called_off", "soon", "resent"]
    receipt: str
    title: str
    at: AwareDatetime
    slot: Count
    place: str | None = None
    link: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
