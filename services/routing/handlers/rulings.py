"""What a supervisor rules on: objections and extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue import Catalogue
from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages import AssignmentExtended, AssignmentReassigned, AssignmentRuled
from services.routing.domain import Ruling
from services.routing.handlers.assigning import Row, reassign
from services.routing.handlers.moves import known

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def rule(store: RoutingStore, catalogue: Catalogue, assignment_id: str, ruling: Ruling, by: str, new_assignment: str) -> State:
    """Rule on what the department has asked; the ruling is kept as a precedent. `by` is the token that ruled.

    Raises `NotFound`, `Conflict` when nothing of the kind was asked, `Invalid` for an unknown department.
    """
    row = known(store.assignment(assignment_id))
    if ruling.department is not None and ruling.department not in catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    if ruling.about == "extension":
        return _rule_on_extension(store, row, ruling, by)
    return _rule_on_objection(store, catalogue, row, ruling, by, new_assignment)


def _rule_on_objection(store: RoutingStore, catalogue: Catalogue, row: Row, ruling: Ruling, by: str, new_assignment: str) -> State:
    before = State(row["state"])
    state = advance(before, Move.UPHOLD) if ruling.granted else advance(before, Move.DENY)
    target = ruling.department or row["proposed"]
    store.remember(row, about="objection", granted=ruling.granted, reason=ruling.reason, by=by, target=target)
    store.say_case(row["opinion"], AssignmentRuled(row["id"], row["department"], "objection", ruling.granted, ruling.reason))
    store.change(row["id"], state=state)
    if ruling.granted:
        store.say_case(row["opinion"], AssignmentReassigned(row["id"], row["department"], target, ruling.reason))
        reassign(store, catalogue, row, target, ruling.reason, new_assignment)
    return state


def _rule_on_extension(store: RoutingStore, row: Row, ruling: Ruling, by: str) -> State:
    before = State(row["state"])
    state = advance(before, Move.GRANT) if ruling.granted else advance(before, Move.REFUSE)
    until = row["asked_until"]
    if until is None:
        raise Conflict("The department has not asked for an extension.")
    if ruling.granted and until <= row["reply_by"]:
        raise Conflict(f"The deadline is {row['reply_by'].isoformat()} by now, later than what was asked for.")
    store.remember(row, about="extension", granted=ruling.granted, reason=ruling.reason, by=by, target=None)
    store.say_case(row["opinion"], AssignmentRuled(row["id"], row["department"], "extension", ruling.granted, ruling.reason))
    if ruling.granted:
        extended = AssignmentExtended(row["id"], row["department"], row["reply_by"], {"reply": until}, row["asked_reason"])
        store.say_case(row["opinion"], extended)
        store.change(row["id"], reply_by=until, extensions=row["extensions"] + 1)
    store.change(row["id"], asked_until=None)
    return state
