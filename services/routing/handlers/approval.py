"""Where a department's head has to approve its replies: a reply is drafted, and then approved or sent back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.commands import Reply
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.assignments import AssignmentAmended, AssignmentDrafted
from services.routing import domain
from services.routing.handlers.assigning import Row
from services.routing.handlers.closing import resume
from services.routing.handlers.finding import leading, owned
from services.routing.handlers.moves import reply, send, signature

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def write_reply(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply) -> State:
    """答复, which goes out at once unless the department's head has to see it first."""
    if not stored.department(catalogue, row["department"]).head_approval:
        return reply(store, catalogue, row, command)
    return draft(store, catalogue, row, command)


def draft(store: RoutingStore, catalogue: Catalogue, row: Row, command: Reply) -> State:
    """Keep a reply for the head; a later draft replaces an earlier one. The clock runs on, also when it stood still before."""
    state = advance(State(row["state"]), Move.DRAFT)
    domain.check_outcome(command)
    domain.check_reply(command, catalogue, store.now)
    if row["state"] == State.PAUSED:
        resume(store, catalogue, row, None)
    drafted = AssignmentDrafted(row["id"], row["department"])
    store.publish_case(row["opinion"], *signature(store, row), drafted)
    store.change(row["id"], state=state, signed=row["signed"] or store.now, draft=msgspec.to_builtins(command))
    return state


def approve(store: RoutingStore, catalogue: Catalogue, assignment_id: str, department: str | None) -> tuple[Row, State]:
    """The head lets the reply go out, and it is in time or late as of now; `department` is None for an administrator.

    Returns the assignment as it was and the state it is in now. Raises `NotFound`, `NotAllowed`, `Conflict` without a draft,
    `Invalid` when the draft cannot be sent any more, such as when its promise is due by now.
    """
    row = leading(owned(store.assignment(assignment_id), department))
    state = advance(State(row["state"]), Move.APPROVE)
    return row, send(store, catalogue, row, msgspec.convert(row["draft"], Reply), state)


def amend(store: RoutingStore, assignment_id: str, department: str | None, reason: str) -> tuple[Row, State]:
    """The head sends the draft back; the department still sees it. Returns and raises as `approve`."""
    row = leading(owned(store.assignment(assignment_id), department))
    state = advance(State(row["state"]), Move.AMEND)
    store.change(row["id"], state=state)
    store.publish_case(row["opinion"], AssignmentAmended(row["id"], row["department"], reason))
    return row, state
