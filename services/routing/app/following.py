"""Promises, look-backs, and deadlines moved by a changed calendar."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.contracts.errors import NotFound
from services.contracts.people.callers import OFFICE, STAFF
from services.routing.app.assignments import Moved, standing
from services.routing.app.context import RULING, Routing, routes, wanted_by
from services.routing.domain.sampling import Found, Lookback
from services.routing.handlers import lookback
from services.routing.schemas import answers, following
from services.routing.store import calendars, lookbacks, promises
from services.routing.store.cases import RoutingStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer


@routes.get(f"{API}/promises", access=STAFF, query=following.PromiseQuery, answers={200: following.PromisePage})
def list_promises(call: Call[Routing]) -> Answer:
    """List promises, newest first; a department sees its own."""
    wanted = wanted_by(call, ("department", "assignment", "state"))
    overdue_at = call.service.database.clock.now() if call.query["overdue"] else None
    with call.service.database.reading() as connection:
        found = promises.list_promises(connection, wanted, overdue_at, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([asdict(each) for each in found], call.query["limit"])


@routes.get(f"{API}/reschedulings", access=STAFF, query=following.ReschedulingQuery, answers={200: following.ReschedulingPage})
def list_reschedulings(call: Call[Routing]) -> Answer:
    """List the deadlines that changed calendars have moved, newest first; a department sees its own."""
    wanted = wanted_by(call, ("department", "assignment"))
    with call.service.database.reading() as connection:
        found = calendars.list_reschedulings(connection, wanted, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([asdict(each) for each in found], call.query["limit"])


@routes.post(
    f"{API}/lookbacks",
    access=RULING,
    body=following.LookbackBody,
    answers={201: following.LookbackCase},
    made=f"{API}/lookbacks/{{id}}",
)
def look_back(call: Call[Routing]) -> Answer:
    """Draw or choose concluded cases to be looked at again."""

    def act(work: Transaction) -> tuple[int, Any]:
        store = RoutingStore(work, call.service.catalogue)
        return 201, _shown(lookback.look_back(store, call.body, new_id(), call.caller.who))

    return once(call.service.database, call.idempotency_key, "POST /lookbacks", call.body, act)


@routes.get(f"{API}/lookbacks", access=OFFICE, query=Page, answers={200: following.LookbackPage})
def list_lookbacks(call: Call[Routing]) -> Answer:
    """List look-backs, newest first, with what they found."""
    with call.service.database.reading() as connection:
        listed = lookbacks.list_lookbacks(connection, read_cursor(call.query["cursor"]), call.query["limit"])
    return 200, page([_summary(each, found) for each, found in listed], call.query["limit"])


@routes.get(f"{API}/lookbacks/<lookback_id>", access=OFFICE, answers={200: following.LookbackCase})
def read_lookback(call: Call[Routing]) -> Answer:
    """Read a look-back with its sample, and with the seed and the ids that it was drawn from."""
    with call.service.database.reading() as connection:
        found = lookbacks.find_lookback(connection, call.path["lookback_id"])
    if found is None:
        raise NotFound("There is no such look-back.")
    return 200, _shown(found)


@routes.post(
    f"{API}/lookbacks/<lookback_id>/checks", access=RULING, body=following.CheckBody, answers={200: answers.AssignmentStanding}
)
def check(call: Call[Routing]) -> Answer:
    """Record the finding for one case; a case that has not held is reopened."""
    lookback_id = call.path["lookback_id"]

    def act(work: Transaction) -> Moved:
        store = RoutingStore(work, call.service.catalogue)
        return standing(call, store, lookback.check(store, lookback_id, call.body, call.caller.who))

    return once(call.service.database, call.idempotency_key, f"POST /lookbacks/{lookback_id}/checks", call.body, act)


def _summary(lookback: Lookback, found: Found) -> dict[str, Any]:
    return {
        "id": lookback.id, "at": lookback.at, "department": lookback.department, "since": lookback.since, "until": lookback.until,
        "size": lookback.size, "seed": lookback.seed, "drawn": lookback.seed is not None,
    } | asdict(found)  # fmt: skip


def _shown(lookback: Lookback) -> dict[str, Any]:
    return _summary(lookback, lookback.found) | {"population": lookback.population, "items": lookback.cases}
