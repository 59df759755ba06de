"""What routing says of an assignment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.contracts.messages.values import Message, OpinionText, Outcome, Promise, Role, Why


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
class AssignmentObjected(Message):
    """退办申请: "not our duty"; `proposed` is the department whose duty it would be."""

    TYPE: ClassVar[str] = "assignment.objected"
    assignment: str
    department: str
    reason: str
    proposed: str


@dataclass(frozen=True, slots=True)
class AssignmentRuled(Message):
    """A supervisor's ruling on an objection or an extension: granted or not, and why."""

    TYPE: ClassVar[str] = "assignment.ruled"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    about: Literal["objection", "extension"]
    granted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentReassigned(Message):
    """The assignment is taken from `department`; `to` has it now, as a new assignment."""

    TYPE: ClassVar[str] = "assignment.reassigned"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentAsked(Message):
    """延期申请: the department asks for more time; a supervisor rules on it."""

    TYPE: ClassVar[str] = "assignment.asked"
    assignment: str
    department: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentExtended(Message):
    """延期: `original` stays on record beside the deadline now in force."""

    TYPE: ClassVar[str] = "assignment.extended"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    original: datetime
    deadlines: Mapping[str, datetime]
    reason: str


@dataclass(frozen=True, slots=True)
class AssignmentPaused(Message):
    """挂起: waiting for the submitter, at most until `until`; the clock stops."""

    TYPE: ClassVar[str] = "assignment.paused"
    assignment: str
    department: str
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class AssignmentResumed(Message):
    """The clock runs again; the deadlines have moved by what was paused. `details` is what the submitter added."""

    TYPE: ClassVar[str] = "assignment.resumed"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    deadlines: Mapping[str, datetime]
    details: str | None = None


@dataclass(frozen=True, slots=True)
class AssignmentCancelled(Message):
    """Nothing more to do: the opinion was withdrawn, or is handled with `into`."""

    TYPE: ClassVar[str] = "assignment.cancelled"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    why: Literal["withdrawn", "merged"]
    into: str | None = None


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
