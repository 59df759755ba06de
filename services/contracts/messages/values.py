"""Enumerations and values that several messages share."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

import msgspec

#: An instant with its offset; one without is refused.
AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
#: A number of things, or the number of one; what no store could keep is refused.
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is read strictly: an unknown field or a value of another type is refused."""


class Outcome(StrEnum):
    """办理结果: the outcome that a reply states."""

    SOLVED = "solved"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    DEFERRED = "deferred"
    REFERENCE = "reference"
    DECLINED = "declined"


class Rating(StrEnum):
    """满意度: how the submitter rates the process or the result."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


class RaisedBy(StrEnum):
    """提级: the counts that raise a case a level automatically."""

    REWORKS = "reworks"
    TRANSFERS = "transfers"

    def reason(self, count: int) -> str:
        """The reason in `assignment.raised`: `reworks: 3`."""
        return f"{self}: {count}"

    @classmethod
    def of(cls, reason: str) -> tuple[RaisedBy, int] | None:
        """What was counted and how much of it, or None where a person gave the reason in words of their own."""
        kind, _, count = reason.partition(": ")
        return (cls(kind), int(count)) if kind in tuple(cls) and count.isdecimal() else None


#: `separate` handles its own part and answers the submitter itself (分别办理); a co-handler gives the lead its opinion.
Role = Literal["lead", "co_handler", "separate"]
Handling = Literal["joint", "separate"]
Contact = Literal["phone", "visit", "meeting", "message"]


class Message(Value, frozen=True):
    """What all messages have in common."""

    TYPE: ClassVar[str]
    KEY: ClassVar[str | None] = "department"
    ADDRESSED: ClassVar[bool] = False
    PUBLISHED: ClassVar[bool] = True
    TO: ClassVar[tuple[str, ...]] = ("department",)
    BESIDE: ClassVar[bool] = False
    WITHHELD: ClassVar[tuple[str, ...]] = ()
    PRIVATE: ClassVar[bool] = False
    PRIVATE_TO: ClassVar[tuple[str, ...]] = ("notify.letters",)


class Addressed(Message, frozen=True):
    """A message that a copy of goes into the department's queue."""

    ADDRESSED: ClassVar[bool] = True


class Shared(Addressed, frozen=True):
    """A message that the departments beside the lead get a copy of as well."""

    BESIDE: ClassVar[bool] = True


class OpinionText(Value, frozen=True):
    """What a department needs to know of an opinion."""

    id: str
    title: str
    content: str
    topic: str | None = None
    area: str | None = None
    station: str | None = None


class Likely(Value, frozen=True):
    """A department that an opinion may be for, and how probable that is (0 to 1)."""

    department: str
    probability: float


class Learned(Value, frozen=True):
    """What was learned from earlier cases says of an opinion: the version of the model, the likeliest departments, the words that
    speak for the first of them."""

    version: Count
    likely: tuple[Likely, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def without_words(self) -> Learned:
        """The same, and nothing of the text that it was said of."""
        return Learned(self.version, self.likely)


class Why(Value, frozen=True):
    """Why an opinion went where it went: the rule that matched and how sure it is (0 to 1)."""

    rule: str
    confidence: float
    learned: Learned | None = None


class Promise(Value, frozen=True):
    """承诺: what will be done, by when and by whom; the department itself when nobody is named."""

    what: str
    due: AwareDatetime
    who: str | None = None


class SpotPromise(Value, frozen=True):
    """What was promised at a session while people talked: due at a date, or by the reply deadline of a difficulty."""

    what: str
    who: str | None = None
    due: AwareDatetime | None = None
    difficulty: str | None = None


class SpotAnswer(Value, frozen=True):
    """现场答复: how a department answered at a session, or what it promised there."""

    content: str
    outcome: Outcome
    promise: SpotPromise | None = None


class ReplyItem(Value, frozen=True):
    """One demand of an opinion that has several, and what becomes of it."""

    demand: str
    content: str
    outcome: Outcome
    promise: Promise | None = None


class CoOpinion(Value, frozen=True):
    """协办意见: what a co-handler gave the lead, as the lead's reply quotes it."""

    department: str
    content: str


class Moved(Value, frozen=True):
    """A deadline that a changed calendar has moved, by its kind."""

    assignment: str
    opinion: str
    kind: str
    before: AwareDatetime
    after: AwareDatetime
