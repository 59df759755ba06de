"""The rules of notify, pure: when each rung of the ladder is due, what it says, and what its letters read."""

from services.contracts.worktime import DayNote
from services.notify.domain.agenda import group_agenda, overdue_days
from services.notify.domain.calendar_notifications import write_calendar_notification
from services.notify.domain.explanation import Explanation, explain, read_rule
from services.notify.domain.ladder import Behind, Climb, Deadline, Ladder, Step, message_of
from services.notify.domain.recipients import (
    ChannelAddress,
    Notifier,
    Recipients,
    StaffNotification,
    Undelivered,
    next_attempt,
    rest_after,
)
from services.notify.domain.submitters import FAILURES_OF_A_WAY, SubmitterChannels, SubmitterNotification, cause_of
from services.notify.domain.versions import DeadlineHistory, PausedSpan, Version, explain_history, round_of, rule_of

__all__ = [
    "FAILURES_OF_A_WAY",
    "Behind",
    "ChannelAddress",
    "Climb",
    "DayNote",
    "Deadline",
    "DeadlineHistory",
    "Explanation",
    "Ladder",
    "Notifier",
    "PausedSpan",
    "Recipients",
    "StaffNotification",
    "Step",
    "SubmitterChannels",
    "SubmitterNotification",
    "Undelivered",
    "Version",
    "cause_of",
    "explain",
    "explain_history",
    "group_agenda",
    "message_of",
    "next_attempt",
    "overdue_days",
    "read_rule",
    "rest_after",
    "round_of",
    "rule_of",
    "write_calendar_notification",
]
