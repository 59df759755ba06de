"""重新同步: a department gets all its open work again, as it stands, under the ids that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.contracts.errors import Conflict

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore

#: At most this many promises of one department are sent again, the earliest due first.
MOST_PROMISES = 2000
NO_QUEUE = (
    "This department has no queue. Its open work stands at GET /api/v1/assignments; queue: true in the catalogue gives it one."
)


def resync(store: RoutingStore, department: str) -> None:
    """Have all open work of a department sent again, at its own request or after its queue was found empty.

    Raises `Conflict` for one that has no queue.
    """
    if department in store.catalogue.unqueued:
        raise Conflict(NO_QUEUE)
    store.resyncs.ask(department)


def send_again(store: RoutingStore, limit: int) -> bool:
    """One step for the department that has waited longest, at most `limit` assignments; returns whether there is more to do."""
    asked = store.resyncs.next()
    if asked is None:
        return False
    found = store.resyncs.open_work(asked.department, asked.reached, limit)
    store.load(found.values())
    for assignment_id, opinion in found.items():
        case = store.case(opinion)
        # It may have been answered before its case was held.
        if case is not None and (assignment := case.assignment(assignment_id)).state.is_with_department:
            created = msgspec.structs.replace(assignment.as_created(), state=str(assignment.state), round=assignment.round)
            case.copy(created, asked.department, assignment_id)
            store.save(case)
    if len(found) == limit:
        store.resyncs.go_on(asked.department, list(found)[-1])
    else:
        _send_promises(store, asked.department)
        store.resyncs.end(asked.department)
    return True


def _send_promises(store: RoutingStore, department: str) -> None:
    promises = store.resyncs.open_promises(department, MOST_PROMISES)
    store.load(each.opinion for each in promises)
    for each in promises:
        if (case := store.case(each.opinion)) is not None:
            case.copy(each.as_made(), department, each.id)
            store.save(case)
