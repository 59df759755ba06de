"""Every message, one frozen dataclass each. Both sides of the broker import it from here, and nowhere else is it written down.

`TYPE` is the event type, `KEY` the field that ends the routing key (`-` where it is empty), `ADDRESSED` says that a copy goes
into the department's own queue. Instants are aware datetimes; deadlines map a kind (`sign`, `object`, `reply`) to an instant.
No message carries who submitted an opinion or how to reach them.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.contracts.messages.assignments import (
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.opinions import (
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionSubmitted,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import (
    CardIssued,
    CommandRejected,
    PromiseMade,
    ReminderSent,
    SupervisionRaised,
)
from services.contracts.messages.values import (
    Message,
    OpinionText,
    Outcome,
    Promise,
    Rating,
    Role,
    Why,
)

MESSAGES: tuple[type[Message], ...] = (
    OpinionSubmitted,
    OpinionAccepted,
    OpinionReturned,
    OpinionDeclined,
    OpinionDetailed,
    OpinionMerged,
    OpinionWithdrawn,
    OpinionEvaluated,
    AssignmentCreated,
    AssignmentSigned,
    AssignmentProgressed,
    AssignmentObjected,
    AssignmentRuled,
    AssignmentReassigned,
    AssignmentAsked,
    AssignmentExtended,
    AssignmentPaused,
    AssignmentResumed,
    AssignmentCancelled,
    AssignmentReplied,
    AssignmentReopened,
    AssignmentConcluded,
    PromiseMade,
    ReminderSent,
    CardIssued,
    SupervisionRaised,
    CommandRejected,
)
REGISTRY: Mapping[str, type[Message]] = {message.TYPE: message for message in MESSAGES}

__all__ = [
    "MESSAGES",
    "REGISTRY",
    "AssignmentAsked",
    "AssignmentCancelled",
    "AssignmentConcluded",
    "AssignmentCreated",
    "AssignmentExtended",
    "AssignmentObjected",
    "AssignmentPaused",
    "AssignmentProgressed",
    "AssignmentReassigned",
    "AssignmentReopened",
    "AssignmentReplied",
    "AssignmentResumed",
    "AssignmentRuled",
    "AssignmentSigned",
    "CardIssued",
    "CommandRejected",
    "Message",
    "OpinionAccepted",
    "OpinionDeclined",
    "OpinionDetailed",
    "OpinionEvaluated",
    "OpinionMerged",
    "OpinionReturned",
    "OpinionSubmitted",
    "OpinionText",
    "OpinionWithdrawn",
    "Outcome",
    "Promise",
    "PromiseMade",
    "Rating",
    "ReminderSent",
    "Role",
    "SupervisionRaised",
    "Why",
]
