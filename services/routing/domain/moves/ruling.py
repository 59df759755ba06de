"""Rulings of supervisors on objections and extensions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.contracts.basis import Basis, Rule
from services.contracts.errors import Conflict
from services.contracts.lifecycle import Move, advance, advance_co
from services.contracts.messages.assignments import AssignmentExtended, AssignmentReassigned, AssignmentRuled
from services.contracts.messages.values import OpinionText
from services.routing.domain.assignment import Assignment, Task
from services.routing.domain.case import Case, Precedent
from services.routing.domain.checks import check_target
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Part
from services.routing.domain.moves.placing import join, reassign


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was ruled; `department` sends an upheld objection elsewhere than the objector proposed."""

    about: Literal["objection", "extension"]
    granted: bool
    reason: str
    department: str | None = None


def rule(case: Case, assignment: Assignment, ruling: Ruling, by: str, texts: Sequence[OpinionText]) -> None:
    """Rule on what a department has asked; the ruling is kept as a precedent. `by` is the token that ruled.

    `texts` were merged into the case. Raises `Conflict` when nothing of the kind was asked, `Invalid` for an unknown department.
    """
    if ruling.department is not None:
        check_target(ruling.department, case.catalogue, "There is no such department.")
    if ruling.about == "extension":
        _rule_on_extension(case, assignment, ruling, by)
    elif isinstance(assignment, Lead):
        _rule_on_objection(case, assignment, ruling, by, texts)
    elif isinstance(assignment, Part):
        _rule_on_part(case, assignment, ruling, by, texts)


def _rule_on_objection(case: Case, lead: Lead, ruling: Ruling, by: str, texts: Sequence[OpinionText]) -> None:
    state = advance(lead.state, Move.UPHOLD) if ruling.granted else advance(lead.state, Move.DENY)
    target = _target(case, lead, ruling)
    _keep(case, lead, "objection", ruling, by, target)
    lead.state = state
    if ruling.granted:
        others = case.open_parts
        ended = case.release(others, "reassigned")
        case.publish(AssignmentReassigned(lead.id, lead.department, target, ruling.reason), *ended)
        reassign(case, lead, target, ruling.reason, others, texts)
        case.raise_if_due()


def _rule_on_part(case: Case, part: Part, ruling: Ruling, by: str, texts: Sequence[OpinionText]) -> None:
    """The objection of a department beside the lead: upheld, it is let go, and the other has its part unless it has one already."""
    state = advance_co(part.state, Move.UPHOLD) if ruling.granted else advance_co(part.state, Move.DENY)
    target = _target(case, part, ruling)
    _keep(case, part, "part", ruling, by, target)
    part.state = state
    lead = case.lead
    if ruling.granted:
        case.publish(AssignmentReassigned(part.id, part.department, target, ruling.reason, part.role))
        if lead is not None and target not in {lead.department, *(each.department for each in case.open_parts)}:
            join(case, lead, [Task(target, part.role, Rule(Basis.RULING, ruling.reason).why())], texts)


def _rule_on_extension(case: Case, lead: Assignment, ruling: Ruling, by: str) -> None:
    if not isinstance(lead, Lead):
        raise Conflict("Only the lead can ask for an extension.")
    state = advance(lead.state, Move.GRANT) if ruling.granted else advance(lead.state, Move.REFUSE)
    until = lead.asked_until
    if until is None:
        raise Conflict("The department has not asked for an extension.")
    if ruling.granted and until <= lead.reply_by:
        raise Conflict(f"The deadline is {lead.reply_by.isoformat()} by now, later than what was asked for.")
    _keep(case, lead, "extension", ruling, by, None)
    lead.state, lead.asked_until = state, None
    if ruling.granted:
        reason = lead.asked_reason or ""
        case.publish(AssignmentExtended(lead.id, lead.department, lead.reply_by, {"reply": until}, reason))
        lead.reply_by, lead.extensions = until, lead.extensions + 1


def _target(case: Case, assignment: Assignment, ruling: Ruling) -> str:
    """Where an upheld objection leads: what the ruling says, else what the department proposed, which may be gone by now."""
    target = str(ruling.department or assignment.proposed)
    if ruling.granted:
        gone = f"'{target}', which was proposed, is no longer in the catalogue: name another here."
        check_target(target, case.catalogue, gone)
    return target


def _keep(
    case: Case,
    assignment: Assignment,
    about: Literal["objection", "part", "extension"],
    ruling: Ruling,
    by: str,
    target: str | None,
) -> None:
    """Keep a ruling as a precedent for its topic, and have it published."""
    case.rulings.append(
        Precedent(
            case.new_id(), assignment.id, about, ruling.granted, ruling.reason, by, case.now, assignment.topic,
            assignment.department, target,
        )
    )  # fmt: skip
    case.publish(
        AssignmentRuled(assignment.id, assignment.department, ruling.about, ruling.granted, ruling.reason, assignment.role)
    )
