"""What notify hears of people at sessions: which deputies there are, and who was recorded where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.messages.constituency import DeputyChanged
from services.contracts.messages.sessions import AttendanceRecorded

if TYPE_CHECKING:
    from services.contracts.envelope import Event
    from services.notify.store.sessions.sessions import SessionStore


def hear(store: SessionStore, event: Event) -> None:
    """Take over what an event says of a deputy or of somebody's attendance; others change nothing here."""
    match event.data:
        case DeputyChanged() as message:
            store.keep_deputy(message.deputy, message.name, message.state, event.sequence)
        case AttendanceRecorded() as message:
            store.keep_attendance(message.session, message.deputy, message.visitors, message.observers, event.sequence)
