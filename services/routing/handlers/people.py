"""Moves of departments, their heads and supervisors on an assignment. Each returns the changed assignment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.contracts.commands import Keep
from services.contracts.errors import NotFound
from services.contracts.messages.values import Handling
from services.routing.domain.allowance import counted
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case
from services.routing.domain.commanding import DepartmentCommand, impossible
from services.routing.domain.levels import Mark
from services.routing.domain.moves import placing, ruling
from services.routing.domain.moves.part import Part
from services.routing.domain.moves.ruling import Ruling

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore


def move(store: RoutingStore, verb: str, assignment_id: str, department: str | None, command: DepartmentCommand) -> Assignment:
    """A department's move on its own assignment, over AMQP and over HTTP alike; `department` is None for an administrator.

    Raises `NotFound`, `NotAllowed` for another's assignment, `Conflict` for a move that the life cycle does not have, `Invalid`.
    """
    case = case_of(store, assignment_id)
    assignment = case.owned(assignment_id, department)
    if verb not in assignment.verbs_in(store.catalogue):
        now = assignment.verbs_now(store.catalogue, store.promises_of(assignment))
        raise impossible(verb, assignment.role, assignment.state, now)
    made = counted(assignment, verb, command)
    if isinstance(command, Keep):
        store.load_promises(case)
    assignment.act(case, command)
    assignment.made = made or assignment.made
    store.save(case)
    return assignment


def approve(store: RoutingStore, assignment_id: str, department: str | None) -> Assignment:
    """The head lets the drafted reply go out. Raises as `move`, and `Invalid` when the draft cannot be sent any more."""
    case = case_of(store, assignment_id)
    lead = case.leading(assignment_id, department)
    lead.approve(case)
    store.save(case)
    return lead


def amend(store: RoutingStore, assignment_id: str, department: str | None, reason: str) -> Assignment:
    """The head sends the draft back. Raises as `move`."""
    case = case_of(store, assignment_id)
    lead = case.leading(assignment_id, department)
    lead.amend(case, reason)
    store.save(case)
    return lead


def mark(store: RoutingStore, assignment_id: str, command: Mark) -> Assignment:
    """重点督办, 领导领办 of a case, whose lead's assignment is named. Raises `NotFound`, `Conflict`."""
    case = case_of(store, assignment_id)
    lead = case.leading(assignment_id)
    case.mark(lead, command)
    store.save(case)
    return lead


def raise_level(store: RoutingStore, assignment_id: str, reason: str) -> Assignment:
    """提级 of a case, whose lead's assignment is named. Raises `NotFound`, `Conflict` at the top."""
    case = case_of(store, assignment_id)
    lead = case.leading(assignment_id)
    case.raise_by_hand(lead, reason)
    store.save(case)
    return lead


def rule(store: RoutingStore, assignment_id: str, found: Ruling, by: str) -> Assignment:
    """Rule on what a department has asked; `by` is the token that ruled.

    Raises `NotFound`, `Conflict` when nothing of the kind was asked, `Invalid` for an unknown department.
    """
    case = case_of(store, assignment_id)
    assignment = case.assignment(assignment_id)
    ruling.rule(case, assignment, found, by, store.joined.of(case.opinion))
    store.save(case)
    return assignment


def add_handlers(
    store: RoutingStore, assignment_id: str, departments: Sequence[str], handling: Handling, reason: str
) -> list[Part]:
    """Take departments into a case, whose lead's assignment is named; returns their assignments.

    Raises `NotFound`, `Invalid` for an unknown department, `Conflict` for one that has the case already, for an assignment
    that is not the lead's, and when the lead does not have the case in hand.
    """
    case = case_of(store, assignment_id)
    lead = case.leading(assignment_id)
    created = placing.add_handlers(case, lead, departments, handling, reason, store.joined.of(case.opinion))
    store.save(case)
    return created


def take_out(store: RoutingStore, assignment_id: str, reason: str) -> Assignment:
    """Take a department out of a case, whose own assignment is named. Raises `NotFound`, `Conflict`."""
    case = case_of(store, assignment_id)
    part = case.assignment(assignment_id)
    placing.take_out(case, part, reason)
    store.save(case)
    return part


def case_of(store: RoutingStore, assignment_id: str) -> Case:
    """The case of an assignment; raises `NotFound`."""
    case = store.case_of(assignment_id)
    if case is None:
        raise NotFound("There is no such assignment.")
    return case
