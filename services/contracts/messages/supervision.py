"""Promises, the rungs of the ladder, and letters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from services.contracts.messages.values import AwareDatetime, Count, Message, Moved, Promise


class PromiseMade(Message, frozen=True):
    """承诺: an outcome that lies in the future, to be tracked until `due`."""

    TYPE: ClassVar[str] = "promise.made"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    what: str
    due: AwareDatetime
    who: str | None = None
    promise: str | None = None


class PromiseKept(Message, frozen=True):
    """承诺兑现: done, with evidence; the submitter is told, and asked again until `evaluate_by`."""

    TYPE: ClassVar[str] = "promise.kept"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    promise: str
    what: str
    evidence: str
    due: AwareDatetime
    on_time: bool
    evaluate_by: AwareDatetime


class PromiseBroken(Message, frozen=True):
    """承诺失信: the due date passed without it; the case is reopened."""

    TYPE: ClassVar[str] = "promise.broken"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    promise: str
    what: str
    due: AwareDatetime


class ReminderSent(Message, frozen=True):
    """提醒/催办: a rung of the ladder fired for a deadline (`of`)."""

    TYPE: ClassVar[str] = "reminder.sent"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: AwareDatetime
    time: Count = 1


class CardIssued(Message, frozen=True):
    """黄牌/红牌: a rung that carries a card."""

    TYPE: ClassVar[str] = "card.issued"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    card: Literal["yellow", "red"]
    deadline: AwareDatetime


class SupervisionRaised(Message, frozen=True):
    """督办: a rung at which the congress itself steps in, or somebody of it by hand, who says why (`reason`)."""

    TYPE: ClassVar[str] = "supervision.raised"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: AwareDatetime
    supervision: str | None = None
    reason: str | None = None


class SupervisionScheduled(Message, frozen=True):
    """督政议事会: a supervision is on the agenda of a meeting."""

    TYPE: ClassVar[str] = "supervision.scheduled"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    supervision: str
    meeting: str
    title: str
    at: AwareDatetime


class SupervisionResolved(Message, frozen=True):
    """What a supervision came to: a summons (约见), a new promise, criticism, or nothing more to do."""

    TYPE: ClassVar[str] = "supervision.resolved"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    supervision: str
    result: Literal["summons", "promise", "criticism", "closed"]
    note: str
    meeting: str | None = None
    promise: Promise | None = None


class CalendarChanged(Message, frozen=True):
    """The working days have changed, and with them deadlines of this department; the message has all of them."""

    TYPE: ClassVar[str] = "calendar.changed"
    ADDRESSED: ClassVar[bool] = True
    department: str
    reason: str
    moved: tuple[Moved, ...]


class LetterRequested(Message, frozen=True):
    """A letter to a submitter. The only message that says how to reach somebody: it goes to nobody but notify, on its own way,
    and `name`, `email` and `phone` are sealed with a key that only intake and notify have.

    `facts` are what the letter says beside its title: `deputy` and `department` (their names), `due` and `evaluate_by` (RFC 3339),
    `question`,
    `reason`, `advice`, `outcome` (its code), `what` (was promised), `evidence`, `link`; others are not told.
    """

    TYPE: ClassVar[str] = "letter.requested"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    about: Literal[
        "received", "returned", "declined", "assigned", "taken", "replied", "evaluate", "kept", "resent",
        "supported", "support_replied", "support_kept",
    ]  # fmt: skip
    receipt: str
    title: str
    facts: Mapping[str, str]
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class LetterCancelled(Message, frozen=True):
    """The holders of these receipts of an opinion have been erased: letters to them that wait are dropped."""

    TYPE: ClassVar[str] = "letter.cancelled"
    KEY: ClassVar[str | None] = None
    PRIVATE: ClassVar[bool] = True
    receipts: tuple[str, ...]
