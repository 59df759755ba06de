"""What became of letters to submitters, visitors of sessions and people with accounts."""

from __future__ import annotations

from services.notify.app.context import SUPERVISORS, Notify
from services.notify.schemas.notifications import NotificationQuery, SubmitterNotificationPage, note_answer
from services.notify.store.submitter_notifications import listed_submitter_notifications
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/letters", access=SUPERVISORS, query=NotificationQuery, answers={200: SubmitterNotificationPage})
def list_letters(call: Call[Notify]) -> Answer:
    """List the letters to submitters, visitors and people with accounts, the newest first; who they are for is not shown."""
    limit = call.query["limit"]
    filters = {"opinion": call.query["opinion"], "state": call.query["state"], "about": call.query["kind"]}
    with call.service.database.reading() as connection:
        found = listed_submitter_notifications(connection, filters, read_cursor(call.query["cursor"]), limit)
    return 200, page(list(map(note_answer, found)), limit)
