"""What a supervisor puts on a case: the key list, a leader, the next level; and the level that many reworks or
transfers, or the last rung of the ladder, bring.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Retry
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.assignments import AssignmentMarked, AssignmentRaised
from services.contracts.messages.supervision import SupervisionRaised
from services.contracts.messages.values import RaisedBy
from services.routing import domain
from services.routing.domain import LEAD, Mark
from services.routing.handlers.assigning import Row
from services.routing.handlers.finding import known, leading

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def mark(store: RoutingStore, assignment_id: str, command: Mark) -> tuple[Row, State]:
    """重点督办, 领导领办: how a case is watched from now on; nobody named means that no leader has it.

    Returns the lead's assignment as it was and its state. Raises `NotFound`, `Conflict`.
    """
    row = leading(known(store.assignment(assignment_id)))
    state = advance(State(row["state"]), Move.MARK)
    store.change_case(row["opinion"], key=command.key, leader=command.leader)
    marked = AssignmentMarked(row["id"], row["department"], command.key, command.leader, command.reason)
    store.publish_case(row["opinion"], marked)
    return row, state


def raise_level(store: RoutingStore, catalogue: Catalogue, assignment_id: str, reason: str) -> tuple[Row, State]:
    """提级 by a supervisor. Returns the lead's assignment as it was and its state. Raises `NotFound`, `Conflict` at the top."""
    row = leading(known(store.assignment(assignment_id)))
    state = advance(State(row["state"]), Move.RAISE)
    level = domain.next_level(stored.level(catalogue, row["level"]))
    if level is None:
        raise Conflict("There is no level above this one.")
    _raise(store, row, level, row["raised"], reason)
    return row, state


def raise_if_due(store: RoutingStore, catalogue: Catalogue, row: Row) -> str | None:
    """提级 by counting: after so many reworks or transfers a case is the next level's. Returns that level, or None.

    `row` names a lead's assignment and may be out of date: it is read again. It has to be with a department.
    """
    row = known(store.assignment(row["id"]))
    reworks, transfers = row["round"] - 1, row["transfers"]
    due = domain.level_after(stored.level(catalogue, row["level"]), row["raised"], reworks, transfers, catalogue.limits)
    if due is None:
        return None
    level, counted = due
    advance(State(row["state"]), Move.RAISE)
    count = reworks if counted is RaisedBy.REWORKS else transfers
    _raise(store, row, level, row["raised"] + 1, counted.reason(count))
    return level


def consume_raised(store: RoutingStore, catalogue: Catalogue, message: SupervisionRaised) -> None:
    """提级 by the ladder: a supervision whose rung raises makes an open case the next level's, where there is one."""
    rung = stored.found(catalogue.ladder, message.rung)
    if rung is None or not rung.raises:
        return
    row = store.assignment(message.assignment)
    if row is None:
        raise Retry(f"a supervision of an assignment not known yet: {message.assignment}")
    level = domain.next_level(stored.level(catalogue, row["level"]))
    if level is None or row["role"] != LEAD or Move.RAISE not in allowed_moves(State(row["state"])):
        return
    _raise(store, row, level, row["raised"], rung.name)


def _raise(store: RoutingStore, row: Row, level: str, raised: int, reason: str) -> None:
    store.change_case(row["opinion"], level=level, raised=raised)
    store.publish_case(row["opinion"], AssignmentRaised(row["id"], row["department"], level, reason))
