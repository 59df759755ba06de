"""Reminders over HTTP."""

from __future__ import annotations

from services.contracts.people.callers import STAFF
from services.notify.app.context import Notify, case_filters
from services.notify.schemas.reminders import CaseQuery, ReminderPage, reminder_answer
from services.notify.store.reminders import sent_reminders
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/reminders", access=STAFF, query=CaseQuery, answers={200: ReminderPage})
def list_reminders(call: Call[Notify]) -> Answer:
    """List reminders and their notifications, newest first; a department sees its own."""
    limit, own = call.query["limit"], call.caller.department
    with call.service.database.reading() as connection:
        found = sent_reminders(connection, case_filters(call), read_cursor(call.query["cursor"]), limit)
    return 200, page([reminder_answer(reminder, sent, own) for reminder, sent in found], limit)
