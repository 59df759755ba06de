"""Promises, look-backs, and what changed calendars have moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.contracts.callers import OFFICE
from services.contracts.errors import NotFound
from services.routing import handlers, schemas, store
from services.routing.app.assignments import standing
from services.routing.app.context import READING, RULING, Routing, routes, wanted_by
from services.routing.store import RoutingStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.paging import page, read_cursor
from services.runtime.web.routes import API, Answer


@routes.get(f"{API}/promises", access=READING, query=schemas.PromiseQuery, answers={200: schemas.PromisePage})
def list_promises(call: Call[Routing]) -> Answer:
    """List promises, newest first; a department sees its own."""
    wanted = wanted_by(call, ("department", "assignment", "state"))
    overdue_at = call.service.database.clock.now() if call.query["overdue"] else None
    with call.service.database.reading() as connection:
        rows = store.list_promises(connection, wanted, overdue_at, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page(rows, call.query["limit"])


@routes.get(f"{API}/reschedulings", access=READING, query=schemas.ReschedulingQuery, answers={200: schemas.ReschedulingPage})
def list_reschedulings(call: Call[Routing]) -> Answer:
    """List the deadlines that changed calendars have moved, newest first; a department sees its own."""
    wanted = wanted_by(call, ("department", "assignment"))
    with call.service.database.reading() as connection:
        rows = store.list_reschedulings(connection, wanted, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page(rows, call.query["limit"])


@routes.post(
    f"{API}/lookbacks",
    access=RULING,
    body=schemas.LookbackBody,
    answers={201: schemas.LookbackCase},
    made=f"{API}/lookbacks/{{id}}",
)
def look_back(call: Call[Routing]) -> Answer:
    """Draw or choose concluded cases to be looked at again."""

    def act(work: Transaction) -> tuple[int, Any]:
        row = handlers.look_back(RoutingStore(work), call.service.catalogue, call.body, new_id(), call.caller.token or "")
        return 201, _shown(row)

    return once(call.service.database, call.idempotency_key, "POST /lookbacks", call.body, act)


@routes.get(f"{API}/lookbacks", access=OFFICE, query=schemas.Page, answers={200: schemas.LookbackPage})
def list_lookbacks(call: Call[Routing]) -> Answer:
    """List look-backs, newest first, with what they found."""
    with call.service.database.reading() as connection:
        rows = store.list_lookbacks(connection, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([_summary(row) for row in rows], call.query["limit"])


@routes.get(f"{API}/lookbacks/<lookback_id>", access=OFFICE, answers={200: schemas.LookbackCase})
def read_lookback(call: Call[Routing]) -> Answer:
    """Read a look-back with its sample, and with the seed and the ids that it was drawn from."""
    with call.service.database.reading() as connection:
        row = store.find_lookback(connection.execute, call.path["lookback_id"])
    if row is None:
        raise NotFound("There is no such look-back.")
    return 200, _shown(row)


@routes.post(
    f"{API}/lookbacks/<lookback_id>/checks", access=RULING, body=schemas.CheckBody, answers={200: schemas.AssignmentStanding}
)
def check(call: Call[Routing]) -> Answer:
    """Record what was found of one case; what has not held is done again."""
    lookback_id = call.path["lookback_id"]

    def act(work: Transaction) -> tuple[int, Any]:
        routing = RoutingStore(work)
        state = handlers.check(routing, call.service.catalogue, lookback_id, call.body, call.caller.token or "")
        return standing(handlers.known(routing.assignment(call.body.assignment)), state)

    return once(call.service.database, call.idempotency_key, f"POST /lookbacks/{lookback_id}/checks", call.body, act)


def _summary(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "by"} | {"drawn": row["seed"] is not None}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    found = [item["held"] for item in row["items"]]
    counts = {"sample": len(found), "checked": sum(each is not None for each in found), "held": sum(each is True for each in found)}
    return _summary(row) | counts | {"items": [_item(item) for item in row["items"]]}


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    names = ("assignment", "opinion", "title", "department", "state", "held", "note", "at")
    return {name: item[name] for name in names}
