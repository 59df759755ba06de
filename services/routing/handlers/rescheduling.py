"""A changed calendar: open deadlines and windows are counted again, in small steps that can stop anywhere and go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from services.contracts.messages.supervision import CalendarChanged
from services.routing.domain.moves.rescheduling import AdoptedCalendar, basis_of, moves_to_announce, what_changed
from services.routing.domain.moves.rescheduling import reschedule as move_deadlines

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore

log = structlog.get_logger()


def adopt_calendar(store: RoutingStore) -> bool:
    """At a start: whether deadlines have to follow the calendar of the catalogue, because it has changed or because it had and not
    all of them were reached. The first calendar ever seen is taken as the one that they were counted with."""
    basis, latest = basis_of(store.catalogue.calendar), store.calendars.latest()
    if latest is not None and latest.fingerprint == basis.fingerprint:
        return latest.done is None
    reason = what_changed(latest.basis, basis) if latest else ""
    store.calendars.add(basis, reason, done=latest is None)
    log.info("calendar_adopted", reason=reason)
    return latest is not None


def moving(store: RoutingStore, after: str, limit: int) -> list[str]:
    """Ids of the next assignments to be counted again, at most `limit` of those behind the one named `after`.

    None when another worker has finished, or has adopted another calendar meanwhile.
    """
    calendar = _following(store)
    return [] if calendar is None else store.calendars.moving_after(max(after, calendar.reached), limit)


def reschedule(store: RoutingStore, ids: Sequence[str]) -> None:
    """Count assignments again that `moving` has named in this transaction, and note how far it has come."""
    calendar = _following(store)
    if calendar is None:
        return
    store.load_of(ids)
    cases = {each: case for each in ids if (case := store.case_of(each)) is not None}
    store.load_promises(*cases.values())
    for assignment_id, case in cases.items():
        assignment = case.assignment(assignment_id)
        for moved in move_deadlines(case, assignment, calendar.reason):
            store.calendars.record(calendar, assignment.department, moved)
        store.save(case)
    store.calendars.reach(calendar, ids[-1])


def announce_moved(store: RoutingStore) -> bool:
    """Tell one department of all that has moved for it, once; returns whether there may be others."""
    calendar = _following(store)
    if calendar is None:
        return False
    unannounced = store.calendars.unannounced()
    if not unannounced:
        store.calendars.finish(calendar)
        return False
    department, moves = unannounced[0].department, moves_to_announce(unannounced)
    if moves:
        store.publish_calendar(CalendarChanged(department, calendar.reason, moves))
    store.calendars.mark_announced(department)
    return True


def _following(store: RoutingStore) -> AdoptedCalendar | None:
    calendar = store.calendars.latest()
    wanted = basis_of(store.catalogue.calendar).fingerprint
    return None if calendar is None or calendar.fingerprint != wanted or calendar.done is not None else calendar
