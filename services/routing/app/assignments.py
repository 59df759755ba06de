"""Assignments: reading them, and the moves of departments and supervisors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.contracts.errors import Invalid, NotAllowed, NotFound
from services.routing import domain, handlers, schemas, store
from services.routing.app.context import HANDLING, READING, RULING, Routing, routes, wanted_by
from services.routing.store import RoutingStore
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.listing import read_listing
from services.runtime.web.routes import API, Answer

FILTERS = ("department", "state", "topic", "opinion", "role", "area", "station", "level", "outcome")
#: What only the handlers need to know of an assignment.
_INTERNAL = frozenset({"raised", "opened", "waited", "counted", "terms", "made"})


@routes.get(f"{API}/assignments", access=READING, query=schemas.AssignmentQuery, answers={200: schemas.AssignmentPage})
def list_assignments(call: Call[Routing]) -> Answer:
    """List assignments, newest first; a department sees its own."""
    now = call.service.database.clock.now()
    reading = read_listing(call.query, "created", wanted_by(call, FILTERS), now)
    with call.service.database.reading() as connection:
        rows = store.listing(connection, reading, now if call.query["overdue"] else None)
        others = store.others_of(connection, [row["opinion"] for row in rows])
    return 200, reading.page([_shown(row, others) for row in rows])


@routes.get(f"{API}/assignments/<assignment_id>", access=READING, answers={200: schemas.AssignmentCase}, versioned=True)
def read_assignment(call: Call[Routing]) -> Answer:
    """Read an assignment with its deadlines, its reply, its promises, and what is handled with it."""
    with call.service.database.reading() as connection:
        row = store.find(connection, call.path["assignment_id"])
        if row is None or call.caller.department not in (None, row["department"]):
            raise NotFound("There is no such assignment, or it is not this department's.")
        others = store.others_of(connection, [row["opinion"]])
        promised = store.promises_of(connection.execute, row["id"])
        merged = store.joined_to(connection, row["opinion"])
    return 200, _shown(row, others) | {"promises": promised, "merged": merged}


#: What a department can ask for, and how the description of the API puts it.
SUMMARIES: Mapping[str, str] = {
    "sign": "Sign for an assignment.",
    "object": "Object: this is another department's duty.",
    "extend": "Ask for more time.",
    "pause": "Stop the clock while the submitter is asked.",
    "resume": "Go on without waiting any longer.",
    "progress": "Report how far it is.",
    "reply": "Give the final answer.",
    "keep": "Show that a promise is kept.",
}


def _serve(verb: str) -> None:
    def view(call: Call[Routing]) -> Answer:
        return _move(call, verb)

    # The description of the API takes name and summary from the view; `object` is Python's own.
    view.__name__, view.__doc__ = f"{verb}_" if verb == "object" else verb, SUMMARIES[verb]
    path, body = f"{API}/assignments/<assignment_id>/{verb}", schemas.BODIES[verb]
    routes.post(path, access=HANDLING, body=body, answers={200: schemas.AssignmentStanding}, versioned=True)(view)


for _verb in schemas.BODIES:
    _serve(_verb)


@routes.post(f"{API}/assignments/resync", access=HANDLING, body=schemas.ResyncBody, answers={202: schemas.Resyncing})
def resync(call: Call[Routing]) -> Answer:
    """Send all open work of a department into its queue again, under the ids that it had."""
    department = call.caller.department or call.body["department"]
    if department is None:
        raise Invalid("Say whose open work is to be sent again.", {"department": ["Missing data for required field."]})
    if department not in call.service.catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    if call.body["department"] not in (None, department):
        raise NotAllowed("A department asks for its own work only.")
    with call.service.database.transaction() as work:
        handlers.resync(RoutingStore(work), call.service.catalogue, department)
        return 202, {"department": department, "assignments": store.count_open(work.connection, department)}


@routes.post(
    f"{API}/assignments/<assignment_id>/rule",
    access=RULING,
    body=schemas.RulingBody,
    answers={200: schemas.AssignmentStanding},
    versioned=True,
)
def rule(call: Call[Routing]) -> Answer:
    """Rule on an objection or on an extension that was asked for."""
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> tuple[int, Any]:
        routing = RoutingStore(work)
        expect(call, routing)
        state = handlers.rule(routing, call.service.catalogue, assignment_id, call.body, call.caller.token or "", new_id())
        return standing(handlers.known(routing.assignment(assignment_id)), state)

    return once(call.service.database, call.idempotency_key, f"POST /assignments/{assignment_id}/rule", call.body, act)


def _move(call: Call[Routing], verb: str) -> Answer:
    assignment_id, department = call.path["assignment_id"], call.caller.department

    def act(work: Transaction) -> tuple[int, Any]:
        routing = RoutingStore(work)
        expect(call, routing)
        row, state = handlers.move(routing, call.service.catalogue, verb, assignment_id, department, call.body)
        return standing(row, state)

    # A remembered answer is for whom it was given to.
    route = f"{verb} {assignment_id} {department or '-'}"
    return once(call.service.database, call.idempotency_key, route, call.body, act)


def expect(call: Call[Routing], routing: RoutingStore) -> None:
    """Raises `Changed` when the caller has read another version; of what is another department's, nothing is told."""
    if call.if_match:
        row = routing.assignment(call.path["assignment_id"])
        if row is not None and call.caller.department in (None, row["department"]):
            call.expect(row)


def standing(row: Mapping[str, Any], state: str) -> tuple[int, Any]:
    """The answer to a move: where the assignment is now, and what can come next."""
    return 200, {"id": row["id"], "opinion": row["opinion"], "state": state, "allowed": domain.moves_of(row["role"], state)}


def _shown(row: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    answer = {name: value for name, value in row.items() if name not in _INTERNAL and not name.endswith("_by")}
    answer["items"] = row["items"] or []
    answer["deadlines"] = _deadlines(row)
    mine = row["opinion"], row["department"]
    leads = row["role"] == domain.LEAD
    answer["co_handlers"] = [_beside(each) for each in others if leads and (each["opinion"], each["lead"]) == mine]
    answer["why"] = {"rule": answer.pop("rule"), "confidence": answer.pop("confidence")}
    answer["allowed"] = domain.moves_of(row["role"], row["state"])
    return answer


def _deadlines(row: Mapping[str, Any]) -> dict[str, Any]:
    answer_kind = domain.answer_kind(row["role"])
    kinds = {kind: row["reply_by" if kind == answer_kind else f"{kind}_by"] for kind in domain.kinds_of(row["role"])}
    if row["role"] == domain.LEAD:
        kinds["original_reply"] = row["original_reply_by"]
    return kinds | ({"evaluation": row["evaluate_by"]} if row["evaluate_by"] else {})


def _beside(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "assignment": row["id"], "department": row["department"], "role": row["role"], "state": row["state"],
        "deadline": row["reply_by"], "content": row["reply"], "on_time": row["on_time"],
    }  # fmt: skip
