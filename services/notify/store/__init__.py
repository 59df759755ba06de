"""The store of notify: its tables, and what is asked of them."""

from services.notify.store.deadlines import Called, Deadlines, Found
from services.notify.store.letters import Letters, Posted
from services.notify.store.notes import Notes, Sendable, listed_notes
from services.notify.store.reminders import Reminders, sent_reminders
from services.notify.store.supervisions import (
    Supervisions,
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
    "Called", "Deadlines", "Found", "Letters", "Notes", "Posted", "Reminders", "Sendable", "Supervisions", "agenda_of",
    "case_deadlines", "deadline_versions", "find_deadline", "find_meeting", "keep_head", "list_meetings", "list_supervisions",
    "listed_heads", "listed_notes", "next_due", "open_deadlines", "open_supervisions", "sent_reminders", "tables",
]  # fmt: skip
