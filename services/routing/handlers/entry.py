"""The one way in for what departments do, over AMQP and over HTTP alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import CoState, State
from services.routing import domain
from services.routing.handlers.approval import write_reply
from services.routing.handlers.co_moves import CO_MOVES
from services.routing.handlers.finding import Row, owned
from services.routing.handlers.moves import MOVES

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

LEAD_MOVES: Mapping[str, Callable[[RoutingStore, Catalogue, Row, Any], State]] = {**MOVES, "reply": write_reply}


def move(
    store: RoutingStore, catalogue: Catalogue, verb: str, assignment_id: str, department: str | None, command: Any
) -> tuple[Row, State | CoState]:
    """A department's move on its own assignment, whatever its role; `department` is None for an administrator.

    Returns the assignment as it was and the state it is in now. Raises `NotFound`, `NotAllowed` for another's assignment,
    `Conflict` for a move that the life cycle does not have, `Invalid`.
    """
    row = owned(store.assignment(assignment_id), department)
    domain.check_verb(verb, row["role"], row["state"], allowed_to(catalogue, row))
    made = domain.counted(row, verb, command)
    moves = LEAD_MOVES if row["role"] == domain.LEAD else CO_MOVES
    state = moves[verb](store, catalogue, row, command)
    if made is not None:
        store.change(row["id"], made=made)
    return row, state


def allowed_to(catalogue: Catalogue, row: Row) -> tuple[str, ...]:
    """The verbs that the department of an assignment may send now."""
    return domain.verbs_of(row["role"], row["state"], drafts=stored.department(catalogue, row["department"]).head_approval)
