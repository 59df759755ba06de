"""The rules of notify, pure: when each rung of the ladder is due, what it says, and what its letters read."""

from services.contracts.worktime import DayNote
from services.notify.domain.agenda import group_agenda, overdue_days
from services.notify.domain.explanation import Explanation, explain, read_rule
from services.notify.domain.ladder import Behind, Climb, Deadline, Ladder, Step, message_of
from services.notify.domain.letters import Address, Courier, Letter, Secretary, Undelivered, next_attempt, rest_after
from services.notify.domain.notices import NAMES, write_notice
from services.notify.domain.submitters import FAILURES_OF_A_WAY, Note, Postbox, cause_of
from services.notify.domain.versions import Pause, Told, Version, round_of, rule_of, tell

__all__ = [
    "FAILURES_OF_A_WAY",
    "NAMES",
    "Address",
    "Behind",
    "Climb",
    "Courier",
    "DayNote",
    "Deadline",
    "Explanation",
    "Ladder",
    "Letter",
    "Note",
    "Pause",
    "Postbox",
    "Secretary",
    "Step",
    "Told",
    "Undelivered",
    "Version",
    "cause_of",
    "explain",
    "group_agenda",
    "message_of",
    "next_attempt",
    "overdue_days",
    "read_rule",
    "rest_after",
    "round_of",
    "rule_of",
    "tell",
    "write_notice",
]
