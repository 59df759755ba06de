"""Sessions made from plans: one for each day of a plan, and those still planned follow it when it changes."""

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
    """Make what a plan has up to `ahead` from now; where the plan has `changed`, what was made and is still planned follows it.

    The plan has to be held by the transaction. Returns it as it is to be kept.
    """
    today = store.now.astimezone(calendar.zone).date()
    last = today + ahead
    made = store.load_planned(plan.code, today - FURTHEST_SHIFT)
    wanted = {each.day: plan.details(each, calendar) for each in plan.nominal(today - FURTHEST_SHIFT, last)}
    for day, details in wanted.items():
        if day not in made and details.at > store.now:
            session = store.new(details)
            session.plan, session.nominal = plan.code, day
            store.save(session, session.plan_message())
    if changed:
        for day, session in made.items():
            if _follows(session):
                _follow(store, session, wanted.get(day))
    return replace(plan, made_until=last)


def _follow(store: SessionStore, session: Session, details: Details | None) -> None:
    """Bring a session up to date with what its plan says of its day, if it says anything."""
    is_planned = session.state is SessionState.PLANNED
    if details is None:
        if is_planned and session.at > store.now:
            store.save(session, session.cancel(LEFT_BY_PLAN))
    elif not is_planned:
        store.save(session, session.revive(details))
    elif session.details != details:
        session.take(details)
        store.save(session, session.change(details))


def _follows(session: Session) -> bool:
    """Whether a session is what its plan says it is: nobody was told of it, and nobody decided otherwise."""
    is_left = session.state is SessionState.CANCELLED and session.reason == LEFT_BY_PLAN
    return not session.is_announced and (session.state is SessionState.PLANNED or is_left)
