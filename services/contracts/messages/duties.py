"""What people owe on a case beside its departments, and what they did: hops of a relay, and deputies who take an opinion up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from services.contracts.messages.values import AwareDatetime, Contact, Count, Message
from services.contracts.people.duties import Duty, Holder

#: What a letter to a deputy who is asked to come to a session is about.
AboutSession = Literal[
    "session_called", "session_moved", "session_put_off", "session_called_off", "session_released", "session_soon"
]
#: What a letter to somebody who is no department is about: what they are to do, what became of it, what they have not done.
AboutEntrusted = (
    Literal["to_relay", "to_take", "to_feed_back", "for_assigned", "for_promised", "late_relay", "late_take", "late_feedback"]
    | AboutSession
)


class OpinionRelayed(Message, frozen=True):
    """转递: hop number `hop` of its chain was confirmed by the one whom it names. A hop that nobody confirmed is no hop."""

    TYPE: ClassVar[str] = "opinion.relayed"
    KEY: ClassVar[str | None] = "topic"
    hop: Count
    role: Literal["informant", "deputy", "presidium"]
    deputy: str | None = None
    station: str | None = None
    on_time: bool = True
    topic: str | None = None


class OpinionTaken(Message, frozen=True):
    """认领: a deputy is the first responsible person (第一责任人) of the opinion from here on."""

    TYPE: ClassVar[str] = "opinion.taken"
    KEY: ClassVar[str | None] = "topic"
    deputy: str
    on_time: bool = True
    topic: str | None = None


class OpinionFedback(Message, frozen=True):
    """反馈: the deputy has told the voter what was answered, and how."""

    TYPE: ClassVar[str] = "opinion.fedback"
    KEY: ClassVar[str | None] = "topic"
    deputy: str
    how: Contact
    on_time: bool = True
    topic: str | None = None


class DutySet(Message, frozen=True):
    """Somebody who is no department owes something on the case by `due`. `code` is that of the deputy or the station; the
    presidium has none. `duty` names it among all."""

    TYPE: ClassVar[str] = "duty.set"
    KEY: ClassVar[str | None] = None
    duty: str
    of: Duty
    holder: Holder
    title: str
    due: AwareDatetime
    code: str | None = None
    provisional: bool = False


class DutyEnded(Message, frozen=True):
    """Nobody owes it any more: it was `done`, or there is nothing left to do."""

    TYPE: ClassVar[str] = "duty.ended"
    KEY: ClassVar[str | None] = None
    duty: str
    of: Duty
    done: bool


class ReminderGiven(Message, frozen=True):
    """催办: a rung of the ladder fired for a duty; its holder gets a letter."""

    TYPE: ClassVar[str] = "reminder.given"
    KEY: ClassVar[str | None] = None
    duty: str
    of: Duty
    holder: Holder
    rung: str
    deadline: AwareDatetime
    code: str | None = None
    time: Count = 1


class LetterEntrusted(Message, frozen=True):
    """A letter to somebody with an account about an opinion or a session that they have to do with. It goes to nobody but notify,
    and `name`, `email` and `phone` are sealed with a key that only intake and notify have.

    `facts` are what the letter says beside its title, as in `letter.requested`; `link` leads to the desk or
    the session, where this site is known.
    """

    TYPE: ClassVar[str] = "letter.entrusted"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    about: AboutEntrusted
    name: str
    title: str
    facts: Mapping[str, str]
    link: str | None = None
    email: str | None = None
    phone: str | None = None
