"""The rules of notify, pure: when each rung of the ladder is due, what it says, and what its letters read."""

from services.notify.domain.explanation import Explanation, explain, read_rule
from services.notify.domain.ladder import Climb, Deadline, Ladder, Step, deadlines_in, message_of
from services.notify.domain.letters import Address, Courier, Letter, Secretary, Undelivered, next_attempt, rest_after

__all__ = [
    "Address",
    "Climb",
    "Courier",
    "Deadline",
    "Explanation",
    "Ladder",
    "Letter",
    "Secretary",
    "Step",
    "Undelivered",
    "deadlines_in",
    "explain",
    "message_of",
    "next_attempt",
    "read_rule",
    "rest_after",
]
