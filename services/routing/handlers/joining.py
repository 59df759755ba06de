"""Who handles a case beside its lead: taking departments in later, quoting what they said, and letting them go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from services.contracts.basis import Basis, Rule
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict
from services.contracts.lifecycle import CoState, Move, State, advance_co
from services.contracts.messages.assignments import AssignmentCancelled, AssignmentCreated
from services.contracts.messages.values import CoOpinion, Handling
from services.routing import domain
from services.routing.handlers.assigning import Beside, Row, carried_by, join, joined_before, text_of
from services.routing.handlers.finding import known, leading

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def still_open(others: Iterable[Row]) -> list[Row]:
    """Those of the assignments beside a lead's that wait for an answer."""
    return [row for row in others if not CoState(row["state"]).is_closed]


def add_handlers(
    store: RoutingStore, catalogue: Catalogue, assignment_id: str, departments: Sequence[str], handling: Handling
) -> list[AssignmentCreated]:
    """Take departments into a case beside its lead, whose assignment is named.

    Raises `NotFound`, `Invalid` for an unknown department, `Conflict` for one that has the case already, for an assignment
    that is not the lead's, and when the lead does not have the case in hand.
    """
    row = leading(known(store.assignment(assignment_id)))
    if not State(row["state"]).is_with_department:
        raise Conflict(f"Handlers are added while the lead handles the case; now it is '{row['state']}'.")
    engaged = {row["department"], *(each["department"] for each in still_open(store.others_of(row["opinion"])))}
    chosen = domain.check_handlers(departments, catalogue, engaged)
    created = [
        beside_lead(store, catalogue, row, Beside(code, domain.ROLES[handling], Rule(Basis.SUPERVISOR).why())) for code in chosen
    ]
    store.publish_case(row["opinion"], *created, *joined_before(store, row["opinion"], created))
    return created


def beside_lead(store: RoutingStore, catalogue: Catalogue, lead: Row, beside: Beside) -> AssignmentCreated:
    """Store one more assignment in the case of a lead; returns what is to be said of it."""
    difficulty = domain.terms(catalogue, lead)
    carried = carried_by(catalogue, lead)
    return join(store, catalogue, text_of(lead), beside, difficulty, lead["department"], lead["reply_by"], carried)


def release(
    store: RoutingStore,
    rows: Iterable[Row],
    why: Literal["withdrawn", "merged", "answered", "reassigned"],
    into: str | None = None,
) -> list[AssignmentCancelled]:
    """End assignments beside a lead's; returns what is to be said of them."""
    ended = []
    for row in rows:
        store.change(row["id"], state=advance_co(CoState(row["state"]), Move.RELEASE))
        ended.append(AssignmentCancelled(row["id"], row["department"], why, into, row["role"]))
    return ended


def quoted(others: Iterable[Row], round_: int) -> tuple[CoOpinion, ...]:
    """What co-handlers have given the lead in this round, oldest first."""
    return tuple(
        CoOpinion(row["department"], row["reply"])
        for row in others
        if row["role"] == domain.ROLES["joint"] and row["state"] == CoState.ADVISED and row["round"] == round_
    )


def unneeded(others: Iterable[Row]) -> list[Row]:
    """Whose opinion the lead's reply has not waited for. Separate handlers answer for their own part and are not among them."""
    return [row for row in still_open(others) if row["role"] == domain.ROLES["joint"]]
