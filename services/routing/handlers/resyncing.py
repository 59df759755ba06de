"""重新同步: a department gets all its open work again, as it stands, under the ids that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import Why
from services.routing import domain
from services.routing.handlers.assigning import Row, text_of

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

#: Of one department's promises so many are sent again, the earliest due.
MOST_PROMISES = 2000
NO_QUEUE = (
    "This department has no queue. Its open work stands at GET /api/v1/assignments; queue: true in the catalogue gives it one."
)


def resync(store: RoutingStore, catalogue: Catalogue, department: str) -> None:
    """Have all open work of a department sent again: for the department that asks, and for whoever finds its queue emptied.

    Raises `Conflict` for one that has no queue.
    """
    if department in catalogue.unqueued:
        raise Conflict(NO_QUEUE)
    store.resyncs.ask(department)


def send_again(store: RoutingStore, limit: int) -> bool:
    """One step for the department that has waited longest, at most `limit` assignments; returns whether there is more to do."""
    asked = store.resyncs.next()
    if asked is None:
        return False
    department = asked["department"]
    found = store.resyncs.open_work(department, asked["reached"], limit)
    store.hold_cases([row["opinion"] for row in found])
    for row in store.resyncs.as_it_stands([row["id"] for row in found]):
        store.copy_to_department(row["opinion"], as_created(row), department, row["id"])
    if len(found) == limit:
        store.resyncs.go_on(department, found[-1]["id"])
        return True
    for row in store.resyncs.open_promises(department, MOST_PROMISES):
        made = PromiseMade(row["assignment"], department, row["what"], row["due"], row["who"], row["id"])
        store.copy_to_department(row["opinion"], made, department, row["id"])
    store.resyncs.end(department)
    return True


def as_created(row: Row) -> AssignmentCreated:
    """What is said of an assignment when it is given, with the state and the deadlines that it has now."""
    answer_kind = domain.answer_kind(row["role"])
    due = {kind: row["reply_by" if kind == answer_kind else f"{kind}_by"] for kind in domain.kinds_of(row["role"])}
    return AssignmentCreated(
        row["id"], text_of(row), row["department"], row["role"], row["difficulty"], due, Why(row["rule"], row["confidence"]),
        row["provisional"], row["level"], row["key"], row["leader"], row["lead"], row["state"], row["round"],
    )  # fmt: skip
