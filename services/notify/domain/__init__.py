"""The rules of notify, pure: when each rung of the ladder is due, what it says, and what its letters read."""

from services.notify.domain.explanation import Explanation, explain, read_rule
from services.notify.domain.ladder import Climb, Deadline, Ladder, Step, deadlines_in, message_of
from services.notify.domain.letters import Address, Courier, Letter, Secretary, Undelivered, next_attempt, rest_after
from services.notify.domain.submitters import FAILURES_OF_A_WAY, Note, Postbox, cause_of

__all__ = [
    "FAILURES_OF_A_WAY",
    "Address",
    "Climb",
    "Courier",
    "Deadline",
    "Explanation",
    "Ladder",
    "Letter",
    "Note",
    "Postbox",
    "Secretary",
    "Step",
    "Undelivered",
    "cause_of",
    "deadlines_in",
    "explain",
    "message_of",
    "next_attempt",
    "read_rule",
    "rest_after",
]
