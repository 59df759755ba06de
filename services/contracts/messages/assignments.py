"""Messages of routing about an assignment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from services.contracts.messages.values import (
    Addressed,
    AwareDatetime,
    Contact,
    CoOpinion,
    Count,
    Message,
    OpinionText,
    Outcome,
    Promise,
    ReplyItem,
    Role,
    Shared,
    Why,
)


class AssignmentCreated(Addressed, frozen=True):
    """交办: one department's task for one opinion. `lead` is the lead department where this one is not.

    The message has the assignment's own id, also when it is sent again, as it then stands (`state`, `round`), to a department.
    """

    TYPE: ClassVar[str] = "assignment.created"
    assignment: str
    opinion: OpinionText
    department: str
    role: Role
    difficulty: str
    deadlines: Mapping[str, AwareDatetime]
    why: Why
    provisional: bool = False
    level: str | None = None
    key: bool = False
    leader: str | None = None
    lead: str | None = None
    state: str = "assigned"
    round: Count = 1


class AssignmentSigned(Addressed, frozen=True):
    """签收: the department confirms that it has the assignment."""

    TYPE: ClassVar[str] = "assignment.signed"
    assignment: str
    department: str
    deadline: AwareDatetime
    on_time: bool
    role: Role = "lead"


class AssignmentProgressed(Addressed, frozen=True):
    """办理进展: an interim note. `contact` says how the submitter was contacted (面商), `on_time` whether the first time was."""

    TYPE: ClassVar[str] = "assignment.progressed"
    assignment: str
    department: str
    content: str
    role: Role = "lead"
    contact: Contact | None = None
    on_time: bool | None = None


class AssignmentObjected(Addressed, frozen=True):
    """退办申请: "not our duty"; `proposed` is the department whose duty it would be."""

    TYPE: ClassVar[str] = "assignment.objected"
    assignment: str
    department: str
    reason: str
    proposed: str
    role: Role = "lead"


class AssignmentRuled(Addressed, frozen=True):
    """A supervisor's ruling on an objection or an extension: granted or not, and why."""

    TYPE: ClassVar[str] = "assignment.ruled"
    assignment: str
    department: str
    about: Literal["objection", "extension"]
    granted: bool
    reason: str
    role: Role = "lead"


class AssignmentReassigned(Addressed, frozen=True):
    """The assignment is taken from `department`; `to` has it now, as a new assignment."""

    TYPE: ClassVar[str] = "assignment.reassigned"
    assignment: str
    department: str
    to: str
    reason: str
    role: Role = "lead"


class AssignmentAsked(Addressed, frozen=True):
    """延期申请: the department asks for more time; a supervisor rules on it."""

    TYPE: ClassVar[str] = "assignment.asked"
    assignment: str
    department: str
    until: AwareDatetime
    reason: str


class AssignmentExtended(Addressed, frozen=True):
    """延期: `original` stays on record beside the deadline now in force."""

    TYPE: ClassVar[str] = "assignment.extended"
    assignment: str
    department: str
    original: AwareDatetime
    deadlines: Mapping[str, AwareDatetime]
    reason: str


class AssignmentPaused(Addressed, frozen=True):
    """挂起: waiting for the submitter, at most until `until`; the clock stops."""

    TYPE: ClassVar[str] = "assignment.paused"
    assignment: str
    department: str
    reason: str
    until: AwareDatetime


class AssignmentResumed(Shared, frozen=True):
    """The clock runs again; the deadlines still to be met have moved by what was paused. `details` is what the submitter added."""

    TYPE: ClassVar[str] = "assignment.resumed"
    assignment: str
    department: str
    deadlines: Mapping[str, AwareDatetime]
    details: str | None = None


class AssignmentCancelled(Addressed, frozen=True):
    """Nothing more to do: the opinion was withdrawn, is handled with `into`, the lead has answered without the co-handler, or a
    supervisor has taken the department out of the case, for a `reason`."""

    TYPE: ClassVar[str] = "assignment.cancelled"
    assignment: str
    department: str
    why: Literal["withdrawn", "merged", "answered", "reassigned", "released"]
    into: str | None = None
    role: Role = "lead"
    reason: str | None = None


class AssignmentAdvised(Addressed, frozen=True):
    """协办意见: a co-handler has given the lead its opinion, or a separate handler has answered for its part."""

    TYPE: ClassVar[str] = "assignment.advised"
    TO: ClassVar[tuple[str, ...]] = ("lead", "department")
    assignment: str
    department: str
    lead: str
    role: Role
    content: str
    deadline: AwareDatetime
    on_time: bool


class AssignmentDrafted(Addressed, frozen=True):
    """The reply is written and waits for the department's head."""

    TYPE: ClassVar[str] = "assignment.drafted"
    assignment: str
    department: str


class AssignmentAmended(Addressed, frozen=True):
    """The head has sent the draft back."""

    TYPE: ClassVar[str] = "assignment.amended"
    assignment: str
    department: str
    reason: str


class AssignmentReplied(Shared, frozen=True):
    """答复: the final answer, measured against the deadline in force."""

    TYPE: ClassVar[str] = "assignment.replied"
    assignment: str
    department: str
    content: str
    outcome: Outcome
    deadline: AwareDatetime
    on_time: bool
    evaluate_by: AwareDatetime
    promise: Promise | None = None
    items: tuple[ReplyItem, ...] = ()
    co_opinions: tuple[CoOpinion, ...] = ()


class AssignmentReopened(Addressed, frozen=True):
    """重办: to be handled again; `round` counts from 2, `reason` is the submitter's, or says which promise or look-back failed."""

    TYPE: ClassVar[str] = "assignment.reopened"
    assignment: str
    department: str
    round: Count
    deadlines: Mapping[str, AwareDatetime]
    reason: str | None = None
    cause: Literal["dissatisfied", "promise", "look_back"] = "dissatisfied"


class AssignmentConcluded(Shared, frozen=True):
    """办结: the loop is closed; `rated` is false when the evaluation window lapsed."""

    TYPE: ClassVar[str] = "assignment.concluded"
    assignment: str
    department: str
    outcome: Outcome
    on_time: bool
    rated: bool


class AssignmentMarked(Shared, frozen=True):
    """重点督办, 领导领办: whether the case is on the key list, and which leader handles it personally."""

    TYPE: ClassVar[str] = "assignment.marked"
    assignment: str
    department: str
    key: bool
    leader: str | None
    reason: str


class AssignmentRaised(Shared, frozen=True):
    """提级: the case is the next level's from now on; `reason` is `reworks: 3`, `transfers: 3`, or what a supervisor wrote."""

    TYPE: ClassVar[str] = "assignment.raised"
    assignment: str
    department: str
    level: str
    reason: str


class AssignmentRechecked(Addressed, frozen=True):
    """回头看: a concluded case was looked at again; when what was done has not `held`, it is reopened."""

    TYPE: ClassVar[str] = "assignment.rechecked"
    assignment: str
    department: str
    held: bool
    note: str


class AssignmentRescheduled(Message, frozen=True):
    """The calendar has changed, and with it the deadlines named; the department hears of all of its own in `calendar.changed`."""

    TYPE: ClassVar[str] = "assignment.rescheduled"
    assignment: str
    department: str
    deadlines: Mapping[str, AwareDatetime]
    provisional: bool
    reason: str
    role: Role = "lead"
