"""Telling a department of a changed calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notify.domain import Letter, write_notice

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.contracts.envelope import Event
    from services.contracts.messages.supervision import CalendarChanged
    from services.notify.domain import Secretary
    from services.notify.store import Reminders


def tell_of_calendar(record: Reminders, catalogue: Catalogue, secretary: Secretary, event: Event, message: CalendarChanged) -> None:
    """One letter to each channel of the department, about all of its deadlines that have moved."""
    title, body = write_notice(message, catalogue)
    readers = {entry.key: entry.person for entry in secretary.addresses("department", message.department)}
    letters = [Letter("department", key, title, body, person) for key, person in readers.items()]
    record.notice(event.id, event.subject, message.department, letters)
