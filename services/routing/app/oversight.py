"""What supervisors do with a case, and heads of departments with a draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import State
from services.contracts.messages.assignments import AssignmentCreated
from services.routing import domain, handlers, schemas
from services.routing.app.assignments import expect, standing
from services.routing.app.context import APPROVING, RULING, Routing, routes
from services.routing.handlers.finding import Row
from services.routing.store import RoutingStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer

Act = Callable[[RoutingStore, Catalogue, str], tuple[Row, State]]


@routes.post(
    f"{API}/assignments/<assignment_id>/handlers",
    access=RULING,
    body=schemas.HandlersBody,
    answers={201: schemas.HandlersAnswer},
    made=f"{API}/assignments/{{assignment_id}}",
    versioned=True,
)
def add_handlers(call: Call[Routing]) -> Answer:
    """Have more departments handle a case beside its lead."""
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> tuple[int, Any]:
        body = call.body
        routing = RoutingStore(work)
        expect(call, routing)
        created = handlers.add_handlers(routing, call.service.catalogue, assignment_id, body["departments"], body["handling"])
        return 201, {"items": [_added(each) for each in created]}

    return once(call.service.database, call.idempotency_key, f"POST /assignments/{assignment_id}/handlers", call.body, act)


@routes.post(
    f"{API}/assignments/<assignment_id>/mark",
    access=RULING,
    body=schemas.MarkBody,
    answers={200: schemas.AssignmentStanding},
    versioned=True,
)
def mark(call: Call[Routing]) -> Answer:
    """Put a case on the key list or take it off, and name the leader who handles it in person."""
    return _act(call, "mark", lambda store, _, assignment: handlers.mark(store, assignment, call.body))


@routes.post(
    f"{API}/assignments/<assignment_id>/raise",
    access=RULING,
    body=schemas.RaiseBody,
    answers={200: schemas.AssignmentStanding},
    versioned=True,
)
def raise_level(call: Call[Routing]) -> Answer:
    """Raise a case to the next level."""
    reason = call.body["reason"]
    return _act(call, "raise", lambda store, catalogue, each: handlers.raise_level(store, catalogue, each, reason))


@routes.post(
    f"{API}/assignments/<assignment_id>/approve",
    access=APPROVING,
    body=schemas.ApproveBody,
    answers={200: schemas.AssignmentStanding},
    versioned=True,
)
def approve(call: Call[Routing]) -> Answer:
    """Let a drafted reply go out, as head of the department."""
    department = call.caller.department
    return _act(call, "approve", lambda store, catalogue, each: handlers.approve(store, catalogue, each, department))


@routes.post(
    f"{API}/assignments/<assignment_id>/amend",
    access=APPROVING,
    body=schemas.AmendBody,
    answers={200: schemas.AssignmentStanding},
    versioned=True,
)
def amend(call: Call[Routing]) -> Answer:
    """Send a drafted reply back, as head of the department."""
    department, reason = call.caller.department, call.body["reason"]
    return _act(call, "amend", lambda store, _, each: handlers.amend(store, each, department, reason))


def _act(call: Call[Routing], verb: str, do: Act) -> Answer:
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> tuple[int, Any]:
        routing = RoutingStore(work)
        expect(call, routing)
        return standing(*do(routing, call.service.catalogue, assignment_id))

    # A remembered answer is for whom it was given to.
    route = f"{verb} {assignment_id} {call.caller.department or '-'}"
    return once(call.service.database, call.idempotency_key, route, call.body, act)


def _added(created: AssignmentCreated) -> dict[str, Any]:
    return {
        "assignment": created.assignment, "department": created.department, "role": created.role,
        "deadline": created.deadlines[domain.answer_kind(created.role)],
    }  # fmt: skip
