"""督办 by hand, over HTTP, and what it takes to climb the ladder."""

from __future__ import annotations

from functools import partial

from services.notify.app.context import SUPERVISORS, Notify
from services.notify.handlers.climbing import Climber, supervise
from services.notify.schemas.supervisions import SupervisionBody, SupervisionShape, supervision_answer
from services.notify.store.deadlines import DeadlineStore
from services.notify.store.reminders import ReminderStore
from services.notify.store.supervision.supervisions import SupervisionStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
LIST = f"{API}/supervisions"


def climber_of(service: Notify, work: Transaction) -> Climber:
    """What it takes to fire a rung in a transaction."""
    return Climber(
        DeadlineStore(work), SupervisionStore(work), partial(ReminderStore, work), service.ladder, service.recipients, work.now
    )


@routes.post(LIST, access=SUPERVISORS, body=SupervisionBody, answers={201: SupervisionShape}, made=LIST)
def raise_by_hand(call: Call[Notify]) -> Answer:
    """Put a case that a department has to answer under supervision, whatever its clock says; one supervision at a time."""
    return raised(call)


def raised(call: Call[Notify]) -> tuple[int, dict[str, object]]:
    """The supervision that is raised, or was by the same request before; raises what the table of errors has."""

    def act(work: Transaction) -> tuple[int, dict[str, object]]:
        climber, by = climber_of(call.service, work), call.caller.who or None
        return 201, supervision_answer(supervise(climber, call.body["assignment"], call.body["reason"], by))

    return once(call.service.database, call.idempotency_key, "POST /supervisions", call.body, act)
