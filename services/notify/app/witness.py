"""The heads of the ledger as this service received them."""

from __future__ import annotations

from services.contracts.people.callers import PUBLIC
from services.notify.app.context import Notify
from services.notify.schemas.witness import WitnessedHeads, head_answer
from services.notify.store.witness import listed_heads
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()


@routes.get(f"{API}/witness/heads", access=PUBLIC, cost=5, query=Page, answers={200: WitnessedHeads})
def witnessed_heads(call: Call[Notify]) -> Answer:
    """List the heads of the ledger as notify received them, oldest first; `/api/v1/ledger/heads` has to agree."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        found = listed_heads(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page(list(map(head_answer, found)), limit)
