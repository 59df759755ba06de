"""Time-driven handlers: windows that lapse, pauses that end, promises that are past due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from services.routing.domain.moves.promising import TrackedPromise

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore, WaitingAssignment

#: How long a rating given in the last moment may be on its way before the case is concluded without it.
ON_ITS_WAY = timedelta(seconds=30)


def conclude_lapsed(store: RoutingStore, waiting: Sequence[WaitingAssignment]) -> None:
    """Conclude the cases that were not rated in time, or not by everybody who gets the reply."""
    store.load(each.opinion for each in waiting)
    for each in waiting:
        if (case := store.case(each.opinion)) is not None:
            lead = case.leading(each.id)
            lead.conclude(case, rated=lead.awaited is not None)
            store.save(case)


def resume_capped(store: RoutingStore, waiting: Sequence[WaitingAssignment]) -> None:
    """Resume the cases whose pause has reached its end."""
    store.load(each.opinion for each in waiting)
    for each in waiting:
        if (case := store.case(each.opinion)) is not None:
            case.leading(each.id).resume(case)
            store.save(case)


def break_overdue(store: RoutingStore, due: Sequence[TrackedPromise]) -> None:
    """承诺失信: promises that are past due without having been kept, as far as their departments have not been faster."""
    store.load(each.opinion for each in due)
    cases = {each.opinion: case for each in due if (case := store.case(each.opinion)) is not None}
    store.load_promises(*cases.values())
    for each in due:
        case = cases[each.opinion]
        promise = next(found for found in case.promises if found.id == each.id)
        if promise.state == "open":
            case.leading(promise.assignment).break_promise(case, promise)
            store.save(case)
