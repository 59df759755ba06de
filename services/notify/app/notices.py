"""Notices over HTTP, for programs that tell people by ways of their own."""

from __future__ import annotations

from services.contracts.people.callers import SIGNED_IN
from services.notify.app.context import Notify
from services.notify.domain.notices import audiences_of
from services.notify.schemas.notices import NoticePage, NoticeQuery, notice_answer
from services.notify.store.notices import listed_notices
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_number
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/notices", access=SIGNED_IN, query=NoticeQuery, answers={200: NoticePage})
def list_notices(call: Call[Notify]) -> Answer:
    """List what concerns the caller in the role that they act in, the newest first; with `since`, what is new since then."""
    limit, audiences = call.query["limit"], audiences_of(call.caller)
    with call.service.database.reading() as connection:
        found = listed_notices(connection, audiences, read_number(call.query["cursor"]), call.query["since"], limit)
    return 200, page(list(map(notice_answer, found)), limit, "position")
