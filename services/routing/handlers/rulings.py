"""What a supervisor rules on: objections and extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict
from services.contracts.lifecycle import CoState, Move, State, advance, advance_co
from services.contracts.messages.assignments import AssignmentExtended, AssignmentReassigned, AssignmentRuled
from services.contracts.messages.values import Message
from services.routing import domain
from services.routing.domain import Ruling
from services.routing.handlers.assigning import Beside, Row, joined_before, reassign
from services.routing.handlers.finding import known
from services.routing.handlers.joining import beside_lead, release, still_open
from services.routing.handlers.raising import raise_if_due

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def rule(
    store: RoutingStore, catalogue: Catalogue, assignment_id: str, ruling: Ruling, by: str, new_assignment: str
) -> State | CoState:
    """Rule on what the department has asked; the ruling is kept as a precedent. `by` is the token that ruled.

    Raises `NotFound`, `Conflict` when nothing of the kind was asked, `Invalid` for an unknown department.
    """
    row = known(store.assignment(assignment_id))
    if ruling.department is not None:
        domain.check_target(ruling.department, catalogue, "There is no such department.")
    if ruling.about == "extension":
        return _rule_on_extension(store, row, ruling, by)
    if row["role"] != domain.LEAD:
        return _rule_on_part(store, catalogue, row, ruling, by)
    return _rule_on_objection(store, catalogue, row, ruling, by, new_assignment)


def _rule_on_objection(store: RoutingStore, catalogue: Catalogue, row: Row, ruling: Ruling, by: str, new_assignment: str) -> State:
    before = State(row["state"])
    state = advance(before, Move.UPHOLD) if ruling.granted else advance(before, Move.DENY)
    target = _target(catalogue, row, ruling)
    store.remember(row, about="objection", granted=ruling.granted, reason=ruling.reason, by=by, target=target)
    store.publish_case(row["opinion"], _ruled(row, ruling))
    store.change(row["id"], state=state)
    if ruling.granted:
        others = still_open(store.others_of(row["opinion"]))
        ended = release(store, others, "reassigned")
        store.publish_case(row["opinion"], AssignmentReassigned(row["id"], row["department"], target, ruling.reason), *ended)
        reassign(store, catalogue, row, target, ruling.reason, new_assignment, others)
        raise_if_due(store, catalogue, {"id": new_assignment})
    return state


def _rule_on_part(store: RoutingStore, catalogue: Catalogue, row: Row, ruling: Ruling, by: str) -> CoState:
    """The objection of a department beside the lead: upheld, it is let go, and the other has its part unless it has one already."""
    before = CoState(row["state"])
    state = advance_co(before, Move.UPHOLD) if ruling.granted else advance_co(before, Move.DENY)
    target = _target(catalogue, row, ruling)
    store.remember(row, about="part", granted=ruling.granted, reason=ruling.reason, by=by, target=target)
    store.change(row["id"], state=state)
    messages: list[Message] = [_ruled(row, ruling)]
    if ruling.granted:
        messages.append(AssignmentReassigned(row["id"], row["department"], target, ruling.reason, row["role"]))
        lead, others = known(store.lead_of(row["opinion"])), still_open(store.others_of(row["opinion"]))
        if target not in {lead["department"], *(each["department"] for each in others)}:
            why = Rule(Basis.RULING, ruling.reason).why()
            created = beside_lead(store, catalogue, lead, Beside(target, row["role"], why))
            messages += [created, *joined_before(store, row["opinion"], [created])]
    store.publish_case(row["opinion"], *messages)
    return state


def _rule_on_extension(store: RoutingStore, row: Row, ruling: Ruling, by: str) -> State:
    if row["role"] != domain.LEAD:
        raise Conflict("Only the lead can ask for an extension.")
    before = State(row["state"])
    state = advance(before, Move.GRANT) if ruling.granted else advance(before, Move.REFUSE)
    until = row["asked_until"]
    if until is None:
        raise Conflict("The department has not asked for an extension.")
    if ruling.granted and until <= row["reply_by"]:
        raise Conflict(f"The deadline is {row['reply_by'].isoformat()} by now, later than what was asked for.")
    store.remember(row, about="extension", granted=ruling.granted, reason=ruling.reason, by=by, target=None)
    store.publish_case(row["opinion"], _ruled(row, ruling))
    if ruling.granted:
        extended = AssignmentExtended(row["id"], row["department"], row["reply_by"], {"reply": until}, row["asked_reason"])
        store.publish_case(row["opinion"], extended)
        store.change(row["id"], reply_by=until, extensions=row["extensions"] + 1)
    store.change(row["id"], asked_until=None)
    return state


def _target(catalogue: Catalogue, row: Row, ruling: Ruling) -> str:
    """Where an upheld objection leads: what the ruling says, else what the department proposed, which may be gone by now."""
    target = str(ruling.department or row["proposed"])
    if ruling.granted:
        domain.check_target(target, catalogue, f"'{target}', which was proposed, is no longer in the catalogue: name another here.")
    return target


def _ruled(row: Row, ruling: Ruling) -> AssignmentRuled:
    return AssignmentRuled(row["id"], row["department"], ruling.about, ruling.granted, ruling.reason, row["role"])
