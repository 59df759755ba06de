"""Sessions made from plans: one for each day of a plan. Those still planned follow it when it changes, or when holidays do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from services.contracts.sessions import SessionState
from services.notify.domain.sessions.plan import FURTHEST_SHIFT
from services.notify.domain.sessions.session import LEFT_BY_PLAN, Session

if TYPE_CHECKING:
    from services.contracts.time.worktime import Calendar
    from services.notify.domain.sessions.details import Details
    from services.notify.domain.sessions.plan import Plan
    from services.notify.store.sessions.sessions import SessionStore


def make_sessions(store: SessionStore, plan: Plan, calendar: Calendar, ahead: timedelta, *, changed: bool) -> Plan:
    """Make what a plan has up to `ahead` from now; where the plan has `changed`, what was made and is still planned follows it,
    and where only the working days have, it follows to another day.

    The plan has to be held by the transaction. Returns it as it is to be kept.
    """
    today = store.now.astimezone(calendar.zone).date()
    last = today + ahead
    made = store.load_planned(plan.code, today - FURTHEST_SHIFT)
    wanted = {each.day: plan.details(each, calendar) for each in plan.nominal(today - FURTHEST_SHIFT, last)}
    for day, details in wanted.items():
        if day not in made and details.at > store.now:
            session = store.new(details)
            session.plan, session.nominal, session.planned_day = plan.code, day, details.at.date()
            store.save(session, session.plan_message())
    is_moved = plan.calendar != calendar.edition
    for day, session in made.items():
        if changed and _follows(session):
            _follow(store, session, wanted.get(day))
        elif is_moved and session.state.is_to_come and session.planned_day is not None:
            message = session.keep_to(plan.held_on(day, calendar), calendar, store.now)
            store.save(session, *([message] if message else []))
    return replace(plan, made_until=last, calendar=calendar.edition)


def _follow(store: SessionStore, session: Session, details: Details | None) -> None:
    """Bring a session up to date with what its plan says of its day, if it says anything."""
    is_planned = session.state is SessionState.PLANNED
    if details is None:
        if is_planned and session.at > store.now:
            store.save(session, session.cancel(LEFT_BY_PLAN))
        return
    session.planned_day = details.at.date()
    if not is_planned:
        store.save(session, session.revive(details))
    elif session.details != details:
        session.take(details)
        store.save(session, session.change(details))


def _follows(session: Session) -> bool:
    """Whether a session is what its plan says it is: nobody was told of it, and nobody decided otherwise."""
    is_left = session.state is SessionState.CANCELLED and session.reason == LEFT_BY_PLAN
    return not session.is_announced and (session.state is SessionState.PLANNED or is_left)
