"""Assignments: reading them, and the moves of departments and supervisors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import to_builtins
from sqlalchemy.engine import Connection

from services.contracts.errors import Invalid, NotAllowed, NotFound
from services.contracts.lifecycle import Move
from services.contracts.people.callers import STAFF
from services.routing.app.context import HANDLING, MOVES, ON_EXTENSIONS, RULING, Routing, routes, wanted_by
from services.routing.app.quoting import precedents_of
from services.routing.domain.assignment import Assignment
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.handlers import people, resyncing
from services.routing.schemas import answers, bodies
from services.routing.store.cases import RoutingStore
from services.routing.store.joined import joined_to
from services.routing.store.promises import promises_of, promises_on
from services.routing.store.reading import find, listing, others_of
from services.routing.store.resyncs import count_open
from services.routing.store.support import supporters_of
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.lists.listing import read_listing
from services.runtime.web.routes import API, Answer

#: The status and the body of the answer to a move.
Moved = tuple[int, dict[str, object]]
FILTERS = ("department", "state", "topic", "opinion", "role", "area", "station", "level", "outcome")
#: What is shown of an assignment as it is.
_SHOWN = (
    "id", "opinion", "title", "content", "area", "station", "topic", "department", "role", "lead", "level", "key", "leader",
    "difficulty", "state", "round", "created", "updated", "provisional", "signed", "replied", "reply", "outcome", "on_time",
    "contacted", "concluded", "awaited", "extensions", "asked_until", "asked_reason", "proposed", "objection", "transfers",
    "paused", "paused_until", "pauses",
)  # fmt: skip


@routes.get(f"{API}/assignments", access=STAFF, query=bodies.AssignmentQuery, answers={200: answers.AssignmentPage})
def list_assignments(call: Call[Routing]) -> Answer:
    """List assignments, newest first; a department sees its own."""
    now = call.service.database.clock.now()
    reading = read_listing(call.query, "created", wanted_by(call, FILTERS), now)
    with call.service.database.reading() as connection:
        found = listing(connection, reading, now if call.query["overdue"] else None)
        others = others_of(connection, [each.opinion for each in found])
        promised = promises_on(connection, [each.id for each in found])
    return 200, reading.page([_shown(call, each, others, promised[each.id]) for each in found])


@routes.get(f"{API}/assignments/<assignment_id>", access=STAFF, answers={200: answers.AssignmentCase}, versioned=True)
def read_assignment(call: Call[Routing]) -> Answer:
    """Read an assignment with its deadlines, its reply, its promises, what is handled with it, and rulings on cases like it."""
    with call.service.database.reading() as connection:
        found = readable(call, connection)
        others = others_of(connection, [found.opinion])
        promised = promises_of(connection, found.id)
        merged = [each._asdict() for each in joined_to(connection, found.opinion)]
        supporters = supporters_of(connection, found.opinion)
    quoted = precedents_of(call.service.learning.about(found.title, found.content))
    return 200, _shown(call, found, others, promised) | {
        "promises": promised, "merged": merged, "precedents": quoted, "supporters": supporters,
    }  # fmt: skip


def readable(call: Call[Routing], connection: Connection) -> Assignment:
    """The assignment that is named; raises `NotFound`, for another department's as well."""
    found = find(connection, call.path["assignment_id"])
    if found is None or call.caller.department not in (None, found.department):
        raise NotFound("There is no such assignment, or it is not this department's.")
    return found


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
        return move(call, verb)

    # The description of the API takes name and summary from the view; `object` is Python's own.
    view.__name__, view.__doc__ = f"{verb}_" if verb == "object" else verb, SUMMARIES[verb]
    path, body = f"{API}/assignments/<assignment_id>/{verb}", bodies.BODIES[verb]
    routes.post(path, access=HANDLING, body=body, answers={200: answers.AssignmentStanding}, versioned=True)(view)


for _verb in bodies.BODIES:
    _serve(_verb)


@routes.post(f"{API}/assignments/resync", access=HANDLING, body=bodies.ResyncBody, answers={202: answers.Resyncing})
def resync(call: Call[Routing]) -> Answer:
    """Send all open work of a department into its queue again, under the same message ids."""
    department = call.caller.department or call.body["department"]
    if department is None:
        raise Invalid("Say whose open work is to be sent again.", {"department": ["Missing data for required field."]})
    if department not in call.service.catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    if call.body["department"] not in (None, department):
        raise NotAllowed("A department asks for its own work only.")

    def unit(work: Transaction) -> int:
        resyncing.resync(RoutingStore(work, call.service.catalogue), department)
        return count_open(work.connection, department)

    return 202, {"department": department, "assignments": call.service.database.write(unit)}


@routes.post(
    f"{API}/assignments/<assignment_id>/rule",
    access=RULING,
    body=bodies.RulingBody,
    answers={200: answers.AssignmentStanding},
    versioned=True,
)
def rule(call: Call[Routing]) -> Answer:
    """Rule on an objection or on an extension that was asked for."""
    assignment_id = call.path["assignment_id"]

    def act(work: Transaction) -> Moved:
        store = opened(call, work)
        return standing(call, store, people.rule(store, assignment_id, call.body, call.caller.who))

    return once(call.service.database, call.idempotency_key, f"POST /assignments/{assignment_id}/rule", call.body, act)


def move(call: Call[Routing], verb: str) -> Moved:
    """A department's move, with its command as the body. Raises what `people.move` raises, and `Changed`."""
    assignment_id, department = call.path["assignment_id"], call.caller.department

    def act(work: Transaction) -> Moved:
        store = opened(call, work)
        return standing(call, store, people.move(store, verb, assignment_id, department, call.body))

    # A remembered answer is for whom it was given to.
    route = f"{verb} {assignment_id} {department or '-'}"
    return once(call.service.database, call.idempotency_key, route, call.body, act)


def opened(call: Call[Routing], work: Transaction) -> RoutingStore:
    """The store of a request's transaction. Raises `Changed` when the caller has read another version of what the request is about;
    of what is another department's, nothing is told.
    """
    store = RoutingStore(work, call.service.catalogue)
    if call.if_match:
        assignment_id = call.path["assignment_id"]
        case = store.case_of(assignment_id)
        found = None if case is None else case.assignment(assignment_id)
        if found is not None and call.caller.department in (None, found.department):
            call.expect({"updated": found.updated})
    return store


def standing(call: Call[Routing], store: RoutingStore, assignment: Assignment) -> Moved:
    """The answer to a move: where the assignment is now, and what the caller can do next."""
    answer: dict[str, object] = {
        "id": assignment.id,
        "opinion": assignment.opinion,
        "state": assignment.state,
        "allowed": allowed_to(call, assignment, store.promises_of(assignment)),
    }
    return 200, answer


def allowed_to(call: Call[Routing], assignment: Assignment, promised: Sequence[TrackedPromise]) -> list[str]:
    """What the caller can do about an assignment now: the verbs of its department, and the moves of other roles."""
    role = call.caller.role
    verbs = assignment.verbs_now(call.service.catalogue, promised) if role in HANDLING else ()
    others = frozenset[Move]().union(*(moves for roles, moves in MOVES if role in roles))
    asked = others if assignment.asked_until else others - ON_EXTENSIONS
    return [*verbs, *(move for move in assignment.allowed if move in asked)]


def _shown(
    call: Call[Routing], assignment: Assignment, others: Sequence[Assignment], promised: Sequence[TrackedPromise]
) -> dict[str, Any]:
    mine = [
        each for each in others if assignment.is_lead and (each.opinion, each.lead) == (assignment.opinion, assignment.department)
    ]
    evaluation = {"evaluation": assignment.evaluate_by} if assignment.evaluate_by else {}
    original = {"original_reply": assignment.original_reply_by} if assignment.is_lead else {}
    return {name: getattr(assignment, name) for name in _SHOWN} | {
        "deadlines": assignment.deadlines | original | evaluation, "co_handlers": [_beside(each) for each in mine],
        "why": to_builtins(assignment.why), "allowed": allowed_to(call, assignment, promised),
        "promise": to_builtins(assignment.promise), "items": to_builtins(assignment.items or ()),
        "draft": to_builtins(assignment.draft),
    }  # fmt: skip


def _beside(assignment: Assignment) -> dict[str, str | datetime | bool | None]:
    return {
        "assignment": assignment.id, "department": assignment.department, "role": assignment.role, "state": assignment.state,
        "deadline": assignment.reply_by, "content": assignment.reply, "on_time": assignment.on_time,
    }  # fmt: skip
