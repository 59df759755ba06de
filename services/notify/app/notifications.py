"""What became of letters to submitters."""

from __future__ import annotations

from services.notify import schemas
from services.notify.app.context import SUPERVISORS, Notify, routes
from services.notify.store import listed_submitter_notifications
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer

FACTS = ("id", "opinion", "state", "attempts", "at", "next_at", "begun", "ended", "reason")


@routes.get(f"{API}/letters", access=SUPERVISORS, query=schemas.NotificationQuery, answers={200: schemas.SubmitterNotificationPage})
def list_letters(call: Call[Notify]) -> Answer:
    """List the letters to submitters and what became of them, the newest first; who they are for is not shown."""
    limit = call.query["limit"]
    filters = {"opinion": call.query["opinion"], "state": call.query["state"], "about": call.query["kind"]}
    with call.service.database.reading() as connection:
        rows = listed_submitter_notifications(connection, filters, read_cursor(call.query["cursor"]), limit)
    return 200, page([{name: row[name] for name in FACTS} | {"kind": row["about"], "channel": row["way"]} for row in rows], limit)
