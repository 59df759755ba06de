"""The store of notify: its tables, and what is asked of them."""

from services.notify.store.deadlines import DeadlineStore, DueDeadline, DueOccasion
from services.notify.store.reminders import ReminderStore, sent_reminders
from services.notify.store.staff_notifications import StaffNotificationStore, TakenStaffNotifications
from services.notify.store.submitter_notifications import (
    SubmitterNotificationStore,
    TakenSubmitterNotification,
    listed_submitter_notifications,
)
from services.notify.store.supervisions import (
    SupervisionStore,
    agenda_of,
    find_meeting,
    list_meetings,
    list_supervisions,
    open_supervisions,
)
from services.notify.store.tables import tables
from services.notify.store.timeline import case_deadlines, deadline_versions, find_deadline, next_due, open_deadlines
from services.notify.store.witness import keep_head, listed_heads

__all__ = [
    "DeadlineStore",
    "DueDeadline",
    "DueOccasion",
    "ReminderStore",
    "StaffNotificationStore",
    "SubmitterNotificationStore",
    "SupervisionStore",
    "TakenStaffNotifications",
    "TakenSubmitterNotification",
    "agenda_of",
    "case_deadlines",
    "deadline_versions",
    "find_deadline",
    "find_meeting",
    "keep_head",
    "list_meetings",
    "list_supervisions",
    "listed_heads",
    "listed_submitter_notifications",
    "next_due",
    "open_deadlines",
    "open_supervisions",
    "sent_reminders",
    "tables",
]  # fmt: skip
