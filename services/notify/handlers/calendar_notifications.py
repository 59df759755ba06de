"""Notifying a department of a changed calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notify.domain.letters.calendars import write_calendar_notification

if TYPE_CHECKING:
    from services.contracts.catalogue.model import Catalogue
    from services.contracts.envelope import Event
    from services.contracts.messages.supervision import CalendarChanged
    from services.notify.domain.letters.recipients import Recipients
    from services.notify.store.reminders import ReminderStore


def notify_of_calendar(
    record: ReminderStore, catalogue: Catalogue, recipients: Recipients, event: Event, message: CalendarChanged
) -> None:
    """One notification to each channel of the department, about all of its deadlines that have moved."""
    title, body = write_calendar_notification(message, catalogue)
    notifications = recipients.to_department(message.department, title, body)
    record.add_calendar_notification(event.id, event.subject, message.department, notifications)
