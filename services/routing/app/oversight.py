"""Actions of supervisors on a case, and of heads of departments on a draft."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.routing.app.assignments import Moved, opened, standing
from services.routing.app.context import APPROVING, RULING, Routing, routes
from services.routing.domain.assignment import Assignment
from services.routing.domain.moves.part import Part
from services.routing.handlers import people
from services.routing.schemas import answers, oversight
from services.routing.store.cases import RoutingStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer

Act = Callable[[RoutingStore, str], Assignment]


@routes.post(
    f"{API}/assignments/<assignment_id>/handlers",
    access=RULING,
    body=oversight.HandlersBody,
    answers={201: answers.HandlersAnswer},
    made=f"{API}/assignments/{{assignment_id}}",
    versioned=True,
)
def add_handlers(call: Call[Routing]) -> Answer:
    """Add departments to a case beside its lead."""
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> Moved:
        asked = call.body["departments"], call.body["handling"], call.body["reason"]
        created = people.add_handlers(opened(call, work), assignment_id, *asked)
        return 201, {"items": [_added(each) for each in created]}

    return once(call.service.database, call.idempotency_key, f"POST /assignments/{assignment_id}/handlers", call.body, act)


@routes.post(
    f"{API}/assignments/<assignment_id>/release",
    access=RULING,
    body=oversight.TakeOutBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def take_out(call: Call[Routing]) -> Answer:
    """Take a department out of a case that it handles beside the lead."""
    reason = call.body["reason"]
    return _act(call, "release", lambda store, each: people.take_out(store, each, reason))


@routes.post(
    f"{API}/assignments/<assignment_id>/mark",
    access=RULING,
    body=oversight.MarkBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def mark(call: Call[Routing]) -> Answer:
    """Put a case on the key list or take it off, and name the leader who handles it in person."""
    return _act(call, "mark", lambda store, each: people.mark(store, each, call.body))


@routes.post(
    f"{API}/assignments/<assignment_id>/raise",
    access=RULING,
    body=oversight.RaiseBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def raise_level(call: Call[Routing]) -> Answer:
    """Raise a case to the next level."""
    reason = call.body["reason"]
    return _act(call, "raise", lambda store, each: people.raise_level(store, each, reason))


@routes.post(
    f"{API}/assignments/<assignment_id>/approve",
    access=APPROVING,
    body=oversight.ApproveBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def approve(call: Call[Routing]) -> Answer:
    """Approve a drafted reply, as head of the department."""
    department = call.caller.department
    return _act(call, "approve", lambda store, each: people.approve(store, each, department))


@routes.post(
    f"{API}/assignments/<assignment_id>/amend",
    access=APPROVING,
    body=oversight.AmendBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def amend(call: Call[Routing]) -> Answer:
    """Send a drafted reply back, as head of the department."""
    department, reason = call.caller.department, call.body["reason"]
    return _act(call, "amend", lambda store, each: people.amend(store, each, department, reason))


def _act(call: Call[Routing], verb: str, do: Act) -> Answer:
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> Moved:
        store = opened(call, work)
        return standing(call, store, do(store, assignment_id))

    # A remembered answer is for whom it was given to.
    route = f"{verb} {assignment_id} {call.caller.department or '-'}"
    return once(call.service.database, call.idempotency_key, route, call.body, act)


def _added(part: Part) -> dict[str, str | datetime]:
    return {"assignment": part.id, "department": part.department, "role": part.role, "deadline": part.reply_by}
