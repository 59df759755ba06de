"""Every message, one frozen dataclass each. Both sides of the broker import it from here, and nowhere else is it written down.

`TYPE` is the event type, `KEY` the field that ends the routing key (`-` where it is empty), `ADDRESSED` says that a copy goes
into the department's own queue. Instants are aware datetimes; deadlines map a kind (`sign`, `object`, `reply`) to an instant.
No message carries who submitted an opinion or how to reach them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal


class Outcome(StrEnum):
    """办理结果: what a reply says about the matter."""

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


Role = Literal["lead", "co_handler"]


class Message:
    """What all messages have in common."""

    TYPE: ClassVar[str]
    KEY: ClassVar[str | None] = "department"
    ADDRESSED: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class OpinionText:
    """What a department needs to know of an opinion."""

    id: str
    title: str
    content: str
    topic: str | None = None
    area: str | None = None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an opinion went where it went: the rule that matched and how sure it is (0 to 1)."""

    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Promise:
    """承诺: what will be done and by when."""

    what: str
    due: datetime


@dataclass(frozen=True, slots=True)
class OpinionSubmitted(Message):
    """Somebody told us something; it has a receipt from here on."""

    TYPE: ClassVar[str] = "opinion.submitted"
    KEY: ClassVar[str | None] = "topic"
    channel: str
    title: str
    topic: str | None = None
    area: str | None = None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class OpinionAccepted(Message):
    """The review let it in, by policy (`automatic`) or by a person (`reviewer`)."""

    TYPE: ClassVar[str] = "opinion.accepted"
    KEY: ClassVar[str | None] = "topic"
    opinion: OpinionText
    channel: str
    decision: Literal["automatic", "reviewer"]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class OpinionDeclined(Message):
    """The review did not let it in, for a reason of the catalogue, with advice where to go."""

    TYPE: ClassVar[str] = "opinion.declined"
    KEY: ClassVar[str | None] = "topic"
    reason: str
    advice: str
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class OpinionEvaluated(Message):
    """The submitter rated the reply."""

    TYPE: ClassVar[str] = "opinion.evaluated"
    KEY: ClassVar[str | None] = "topic"
    assignment: str
    department: str
    result: Rating
    process: Rating | None = None
    comment: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentCreated(Message):
    """交办: one department's task for one opinion."""

    TYPE: ClassVar[str] = "assignment.created"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    opinion: OpinionText
    department: str
    role: Role
    difficulty: str
    deadlines: Mapping[str, datetime]
    why: Why
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class AssignmentSigned(Message):
    """签收: the department confirms that it has the assignment."""

    TYPE: ClassVar[str] = "assignment.signed"
    assignment: str
    department: str
    deadline: datetime
    on_time: bool


@dataclass(frozen=True, slots=True)
class AssignmentProgressed(Message):
    """办理进展: an interim note."""

    TYPE: ClassVar[str] = "assignment.progressed"
    assignment: str
    department: str
    content: str


@dataclass(frozen=True, slots=True)
class AssignmentReplied(Message):
    """答复: the final answer, measured against the deadline in force."""

    TYPE: ClassVar[str] = "assignment.replied"
    assignment: str
    department: str
    content: str
    outcome: Outcome
    deadline: datetime
    on_time: bool
    evaluate_by: datetime
    promise: Promise | None = None


@dataclass(frozen=True, slots=True)
class AssignmentReopened(Message):
    """重办: to be handled again; `round` counts from 2, `reason` is the submitter's."""

    TYPE: ClassVar[str] = "assignment.reopened"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    round: int
    deadlines: Mapping[str, datetime]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentConcluded(Message):
    """办结: the loop is closed; `rated` is false when the evaluation window lapsed."""

    TYPE: ClassVar[str] = "assignment.concluded"
    assignment: str
    department: str
    outcome: Outcome
    on_time: bool
    rated: bool


@dataclass(frozen=True, slots=True)
class PromiseMade(Message):
    """承诺: an outcome that lies in the future, to be tracked until `due`."""

    TYPE: ClassVar[str] = "promise.made"
    assignment: str
    department: str
    what: str
    due: datetime


@dataclass(frozen=True, slots=True)
class ReminderSent(Message):
    """提醒/催办: a rung of the ladder fired for a deadline (`of`)."""

    TYPE: ClassVar[str] = "reminder.sent"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CardIssued(Message):
    """黄牌/红牌: a rung that carries a card."""

    TYPE: ClassVar[str] = "card.issued"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    card: Literal["yellow", "red"]
    deadline: datetime


@dataclass(frozen=True, slots=True)
class SupervisionRaised(Message):
    """督办: a rung at which the congress itself steps in."""

    TYPE: ClassVar[str] = "supervision.raised"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CommandRejected(Message):
    """Why a department's command was refused; `command` is the command's own id."""

    TYPE: ClassVar[str] = "command.rejected"
    ADDRESSED: ClassVar[bool] = True
    command: str
    verb: str
    department: str
    detail: str
    errors: Mapping[str, tuple[str, ...]]


MESSAGES: tuple[type[Message], ...] = (
    OpinionSubmitted, OpinionAccepted, OpinionDeclined, OpinionEvaluated,
    AssignmentCreated, AssignmentSigned, AssignmentProgressed, AssignmentReplied, AssignmentReopened, AssignmentConcluded,
    PromiseMade, ReminderSent, CardIssued, SupervisionRaised, CommandRejected,
)  # fmt: skip
REGISTRY: Mapping[str, type[Message]] = {message.TYPE: message for message in MESSAGES}
