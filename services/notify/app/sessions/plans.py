"""Plans of sessions over HTTP."""

from __future__ import annotations

from dataclasses import replace

from services.contracts.errors import Invalid, NotFound
from services.notify.app.context import Notify
from services.notify.app.sessions.sessions import KEEPERS
from services.notify.domain.sessions.details import area_of
from services.notify.domain.sessions.plan import UNKNOWN_PLAN, Plan
from services.notify.handlers.sessions.keeping import check_deputies, check_own
from services.notify.handlers.sessions.planning import make_sessions
from services.notify.schemas.sessions.plans import CODE, PlanBody, PlanPage, PlanQuery, PlanShape, plan_answer
from services.notify.store.sessions.plans import find_plan, held_plan, keep_plan, plans_due, plans_page
from services.notify.store.sessions.sessions import SessionStore
from services.runtime.store.database import Transaction
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
PLANS_A_ROUND = 20


@routes.get(f"{API}/plans", access=KEEPERS, query=PlanQuery, answers={200: PlanPage})
def list_plans(call: Call[Notify]) -> Answer:
    """List plans by code; a station its own."""
    limit = call.query["limit"]
    found = plans_of(call, read_cursor(call.query["cursor"]), limit, (call.query["station"] or (None,))[0])
    return 200, page(list(map(plan_answer, found)), limit, "code")


@routes.get(f"{API}/plans/<plan>", access=KEEPERS, answers={200: PlanShape}, versioned=True)
def read_plan(call: Call[Notify]) -> Answer:
    """Read a plan."""
    return 200, plan_answer(find(call, call.path["plan"]))


@routes.put(f"{API}/plans/<plan>", access=KEEPERS, body=PlanBody, answers={200: PlanShape}, versioned=True)
def put_plan(call: Call[Notify]) -> Answer:
    """Set a plan up, or replace what was said of it.

    Its sessions are made as far as one looks ahead, and those that are still planned follow it.
    """
    return 200, plan_answer(kept(call, call.path["plan"], call.body))


def kept(call: Call[Notify], code: str, plan: Plan, *, new: bool = False) -> Plan:
    """Keep a plan under a code, only as a `new` one where so said, and make its sessions; raises what the table of errors has."""
    service = call.service
    if not CODE.match(code):
        raise Invalid("A code is needed.", {"code": ["1 to 40 small letters, digits and -"]})
    check_own(call.caller, plan.station)
    plan.check(service.catalogue)
    plan = replace(plan, area=plan.area or area_of(service.catalogue, plan.station))

    def unit(work: Transaction) -> Plan:
        known, store = held_plan(work, code), SessionStore(work)
        if known is not None:
            check_own(call.caller, known.station)
        if known is not None or not new:
            call.expect({"updated": known.updated} if known else None)
        check_deputies(store, plan.deputies)
        said = replace(plan, code=code, updated=work.now, calendar=known.calendar if known else None)
        if known is None:
            # Held from here on, so that nobody makes its sessions beside this.
            keep_plan(work, said)
        made = make_sessions(store, said, service.catalogue.calendar, service.ahead, changed=True)
        keep_plan(work, made)
        return made

    return service.database.write(unit)


def make_due_sessions(service: Notify) -> bool:
    """Make the sessions of some plans that are not made as far as one looks ahead, and move those of others where the working days
    have changed; whether there may be more."""
    calendar = service.catalogue.calendar
    today = service.database.clock.now().astimezone(calendar.zone).date()
    with service.database.reading() as connection:
        due = plans_due(connection, today + service.ahead, calendar.edition, PLANS_A_ROUND)
    for code in due:
        with service.database.transaction() as work:
            plan = held_plan(work, code)
            if plan is not None:
                keep_plan(work, make_sessions(SessionStore(work), plan, calendar, service.ahead, changed=False))
    return len(due) == PLANS_A_ROUND


def find(call: Call[Notify], code: str) -> Plan:
    """A plan that the caller may see; raises `NotFound`."""
    with call.service.database.reading() as connection:
        plan = find_plan(connection, code)
    if plan is None or call.caller.station not in (None, plan.station):
        raise NotFound(UNKNOWN_PLAN)
    return plan


def plans_of(call: Call[Notify], after: str | None, limit: int, station: str | None = None) -> list[Plan]:
    """The plans that the caller may see, one more than `limit` where there are more."""
    with call.service.database.reading() as connection:
        return plans_page(connection, call.caller.station or station, after, limit)
