"""What was said to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts.callers import STAFF
from services.notify import schemas
from services.notify.app.context import Notify, case_filters, routes
from services.notify.store import sent_reminders
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer

LETTER = ("recipient", "person", "digest", "channel", "state", "attempts", "next_at", "begun", "ended", "reason")
FACTS = (
    "id", "opinion", "assignment", "department", "version", "rung", "time", "action", "card", "state", "planned", "at", "message",
)  # fmt: skip


@routes.get(f"{API}/reminders", access=STAFF, query=schemas.CaseQuery, answers={200: schemas.ReminderPage})
def list_reminders(call: Call[Notify]) -> Answer:
    """List what was said to whom, the newest first; a department sees its own."""
    limit, own = call.query["limit"], call.caller.department
    with call.service.database.reading() as connection:
        rows = sent_reminders(connection, case_filters(call), read_cursor(call.query["cursor"]), limit)
    return 200, page([_reminder(row, own) for row in rows], limit)


def _reminder(row: Mapping[str, Any], own: str | None) -> dict[str, Any]:
    # What was written to those above a department is not that department's to see.
    posted = [letter for letter in row["letters"] if own is None or letter["recipient"] == "department"]
    letters = [{name: letter[name] for name in LETTER} for letter in posted]
    return {name: row[name] for name in FACTS} | {"of": row["kind"], "deadline": row["due"], "letters": letters}
