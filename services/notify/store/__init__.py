"""The store of notify: its tables, and what is asked of them."""

from services.notify.store.deadlines import Deadlines, next_due, open_deadlines
from services.notify.store.letters import Letters, Posted
from services.notify.store.notes import Notes, Sendable, listed_notes
from services.notify.store.reminders import Reminders, sent_reminders
from services.notify.store.tables import tables

__all__ = [
    "Deadlines", "Letters", "Notes", "Posted", "Reminders", "Sendable", "listed_notes", "next_due", "open_deadlines",
    "sent_reminders", "tables",
]  # fmt: skip
