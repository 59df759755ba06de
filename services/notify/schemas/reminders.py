"""The shapes of reminders and their letters."""

from __future__ import annotations

from collections.abc import Iterable

from marshmallow import Schema, fields

from services.notify.domain.reminders import Reminder, SentNotification
from services.runtime.input.queries import Codes
from services.runtime.web.lists.paging import Page, page_of


class CaseQuery(Page):
    """What a list of reminders or deadlines can be narrowed to."""

    department = Codes("departments", load_default=None)
    opinion = fields.String(load_default=None)
    assignment = fields.String(load_default=None)


class StaffNotificationShape(Schema):
    """A letter to one channel: `pending`, `sending`, `sent`, `failed` or `uncertain`.

    `person` is the catalogue's code of whose channel it is, unless it is the department's own; `digest` says that it is
    gathered with others into one letter a day.
    """

    recipient = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    digest = fields.Boolean(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    attempts = fields.Integer(required=True)
    next_at = fields.AwareDateTime(required=True, allow_none=True)
    begun = fields.AwareDateTime(required=True, allow_none=True)
    ended = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class ReminderShape(Schema):
    """A rung that fired (`sent`) or was passed over because a later one was due as well (`skipped`).

    `time` counts from 1 where a rung repeats. A notice about a changed calendar has the event's id for an assignment.
    """

    id = fields.String(required=True)
    opinion = fields.String(required=True)
    assignment = fields.String(required=True)
    department = fields.String(required=True)
    of = fields.String(required=True)
    version = fields.Integer(required=True)
    rung = fields.String(required=True)
    time = fields.Integer(required=True)
    action = fields.String(required=True)
    card = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    deadline = fields.AwareDateTime(required=True)
    planned = fields.AwareDateTime(required=True)
    at = fields.AwareDateTime(required=True)
    message = fields.String(required=True, allow_none=True)
    letters = fields.List(fields.Nested(StaffNotificationShape), required=True)


ReminderPage = page_of("ReminderPage", "A page of reminders, the newest first.", ReminderShape)


def reminder_answer(reminder: Reminder, sent: Iterable[SentNotification], own: str | None) -> dict[str, object]:
    """A reminder as a `ReminderShape`; the department `own` sees what was sent to departments only."""
    return {
        "id": reminder.id, "opinion": reminder.opinion, "assignment": reminder.assignment, "department": reminder.department,
        "of": reminder.kind, "version": reminder.version, "rung": reminder.rung, "time": reminder.time, "action": reminder.action,
        "card": reminder.card, "state": reminder.state, "deadline": reminder.due, "planned": reminder.planned, "at": reminder.at,
        "message": reminder.message,
        # What was written to those above a department is not that department's to see.
        "letters": [each for each in sent if own is None or each.recipient == "department"],
    }  # fmt: skip
