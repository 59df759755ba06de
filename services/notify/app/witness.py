"""The heads of the ledger as this service heard of them."""

from __future__ import annotations

from services.contracts.callers import PUBLIC
from services.notify import schemas
from services.notify.app.context import Notify, routes
from services.notify.store import listed_heads
from services.runtime.web.calls import Call
from services.runtime.web.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer


@routes.get(f"{API}/witness/heads", access=PUBLIC, cost=5, query=Page, answers={200: schemas.WitnessedHeads})
def witnessed_heads(call: Call[Notify]) -> Answer:
    """The heads of the ledger as notify heard of them: what `/api/v1/ledger/heads` has to say too, oldest first."""
    limit = call.query["limit"]
    with call.service.database.reading() as connection:
        rows = listed_heads(connection, read_cursor(call.query["cursor"]), limit)
    return 200, page(rows, limit)
