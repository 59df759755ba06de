"""A changed calendar: open deadlines and windows are counted anew, in small steps that can stop anywhere and go on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import WITH_DEPARTMENT, State
from services.contracts.messages.assignments import AssignmentRescheduled
from services.contracts.messages.supervision import CalendarChanged
from services.routing import domain
from services.routing.domain import Deadlines
from services.routing.handlers.assigning import Row

if TYPE_CHECKING:
    from services.routing.store import RoutingStore

log = structlog.get_logger()


def adopt_calendar(store: RoutingStore, catalogue: Catalogue) -> bool:
    """At a start: whether deadlines have to follow the calendar of the catalogue, because it has changed or because it had and not
    all of them were reached. The first calendar ever seen is taken as the one that they were counted with."""
    basis = domain.basis_of(catalogue.calendar)
    latest = store.calendars.latest()
    if latest is not None and latest["fingerprint"] == domain.fingerprint(basis):
        return latest["done"] is None
    reason = domain.what_changed(latest["basis"], basis) if latest else ""
    store.calendars.add(domain.fingerprint(basis), basis, reason, done=latest is None)
    log.info("calendar_adopted", reason=reason)
    return latest is not None


def moving(store: RoutingStore, catalogue: Catalogue, after: str, limit: int) -> list[str]:
    """Ids of the next assignments to be counted anew, at most `limit` of those behind the one named `after`.

    None when another worker has finished, or has adopted another calendar meanwhile.
    """
    calendar = _following(store, catalogue)
    return [] if calendar is None else store.calendars.moving_after(max(after, calendar["reached"]), limit)


def reschedule(store: RoutingStore, catalogue: Catalogue, ids: Sequence[str]) -> None:
    """Count assignments anew that `moving` has named in this transaction, and note how far it has come."""
    calendar = _following(store, catalogue)
    if calendar is None:
        return
    store.hold_cases_of(ids)
    for assignment_id in ids:
        row = store.assignment(assignment_id)
        if row is not None and row["state"] in WITH_DEPARTMENT:
            _recount(store, catalogue, calendar, row)
        elif row is not None and row["state"] == State.REPLIED:
            _prolong(store, catalogue, calendar, row)
    store.calendars.change(calendar["id"], reached=ids[-1])


def announce_moved(store: RoutingStore, catalogue: Catalogue) -> bool:
    """Tell one department of all that has moved for it, once; returns whether there may be others."""
    calendar = _following(store, catalogue)
    return calendar is not None and _announce(store, calendar)


def _following(store: RoutingStore, catalogue: Catalogue) -> Row | None:
    calendar = store.calendars.latest()
    wanted = domain.fingerprint(domain.basis_of(catalogue.calendar))
    return None if calendar is None or calendar["fingerprint"] != wanted or calendar["done"] is not None else calendar


def _recount(store: RoutingStore, catalogue: Catalogue, calendar: Row, row: Row) -> None:
    due = _recomputed(store, catalogue, row)
    columns = {kind: "reply_by" if kind == domain.answer_kind(row["role"]) else f"{kind}_by" for kind in due.instants}
    moved = {kind: instant for kind, instant in due.instants.items() if instant != row[columns[kind]]}
    if not moved and due.provisional == row["provisional"]:
        return
    for kind, instant in moved.items():
        store.calendars.record(calendar, row, kind, row[columns[kind]], instant)
    values: dict[str, Any] = {columns[kind]: instant for kind, instant in moved.items()}
    if "reply_by" in values:
        values["original_reply_by"] = _original(catalogue, row, values["reply_by"])
    store.change(row["id"], provisional=due.provisional, **values)
    facts = (row["id"], row["department"], moved, due.provisional, calendar["reason"], row["role"])
    store.publish_case(row["opinion"], AssignmentRescheduled(*facts))


def _prolong(store: RoutingStore, catalogue: Catalogue, calendar: Row, row: Row) -> None:
    """The window for the rating, which submitters were told: it may close later, and never earlier."""
    # Somebody was asked again by each promise that was kept.
    asked = max([row["replied"], *(each["kept"] for each in store.promises.of(row["id"]) if each["kept"] is not None)])
    window = domain.evaluation_window(catalogue, domain.terms(catalogue, row), asked)
    if window <= row["evaluate_by"]:
        return
    store.calendars.record(calendar, row, "evaluation", row["evaluate_by"], window)
    store.change(row["id"], evaluate_by=window)
    facts = (row["id"], row["department"], {"evaluation": window}, False, calendar["reason"], row["role"])
    store.publish_case(row["opinion"], AssignmentRescheduled(*facts))


def _recomputed(store: RoutingStore, catalogue: Catalogue, row: Row) -> Deadlines:
    if row["role"] == domain.LEAD:
        return domain.recomputed(catalogue, row, store.now)
    lead = store.lead_of(row["opinion"])
    # The lead may have been taken from the case while another calendar was in force; then there is nobody to be earlier than.
    return domain.recomputed_beside(catalogue, row, lead or row, store.now)


def _original(catalogue: Catalogue, row: Row, reply_by: datetime) -> datetime:
    """What stays on record of a deadline beside the one in force: without the pauses."""
    if row["role"] != domain.LEAD:
        return reply_by
    return domain.unmoved_due(catalogue, domain.terms(catalogue, row), row).at


def _announce(store: RoutingStore, calendar: Row) -> bool:
    rows = store.calendars.unannounced()
    if not rows:
        store.calendars.change(calendar["id"], done=store.now)
        return False
    department = rows[0]["department"]
    moves = domain.moves_to_announce(rows)
    if moves:
        store.publish_calendar(CalendarChanged(department, calendar["reason"], moves))
    store.calendars.mark_announced(department)
    return True
