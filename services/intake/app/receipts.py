"""What the holder of a receipt can see and do."""

from __future__ import annotations

from typing import Any

from services.contracts.errors import NotFound
from services.contracts.lifecycle import State
from services.intake import domain, handlers, schemas, store
from services.intake.app.context import Intake, routes
from services.intake.app.opinions import moment
from services.intake.store import IntakeStore
from services.runtime.access import PUBLIC
from services.runtime.database import Transaction
from services.runtime.http import API, Answer, Call
from services.runtime.idempotency import once
from services.runtime.throttle import Kind


@routes.get(f"{API}/receipts/<receipt>", access=PUBLIC, counts=Kind.RECEIPT, answers={200: schemas.Receipt})
def read_receipt(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return 200, receipt_data(call.service, call.path["receipt"])


@routes.post(
    f"{API}/receipts/<receipt>/evaluation",
    access=PUBLIC,
    counts=Kind.RECEIPT,
    body=schemas.Evaluation,
    answers={201: schemas.Standing},
)
def evaluate(call: Call[Intake]) -> Answer:
    """Rate the reply; open until the date on the receipt."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.evaluate(IntakeStore(work), receipt, **call.body)}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/evaluation", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/details", access=PUBLIC, counts=Kind.RECEIPT, body=schemas.Details, answers={201: schemas.Standing}
)
def add_details(call: Call[Intake]) -> Answer:
    """Tell more, when the reviewer or the department has asked for it."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.add_details(IntakeStore(work), receipt, call.body["content"])}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/details", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/withdrawal",
    access=PUBLIC,
    counts=Kind.RECEIPT,
    body=schemas.Withdrawal,
    answers={201: schemas.Standing},
)
def withdraw(call: Call[Intake]) -> Answer:
    """Take the opinion back; possible until there is a reply, and unless others are handled with it."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.withdraw(IntakeStore(work), receipt, call.body["reason"])}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/withdrawal", call.body, act)


def known_receipt(text: str) -> str:
    """A receipt as it is stored; raises `NotFound` for one with a typing error, without asking the store."""
    receipt = domain.read_receipt(text)
    if receipt is None:
        raise NotFound("This is not a receipt: check it for a typing error.")
    return receipt


def receipt_data(service: Intake, text: str) -> dict[str, Any]:
    """What the holder of a receipt sees, for the API and for the page; raises `NotFound`.

    An opinion that was merged shows the department and the reply of the one it is handled with.
    """
    receipt = known_receipt(text)
    with service.database.reading() as connection:
        own = store.find_by_receipt(connection, receipt)
        if own is None:
            raise NotFound("There is no opinion with this receipt.")
        case = (store.find(connection, own["merged_into"]) if own["merged_into"] else None) or own
        timeline, evaluations = store.timeline_of(connection, own["id"]), store.evaluations_of(connection, own["id"])
        followed = store.is_followed(connection, own["id"])
    current = next((rated for rated in evaluations if rated["round"] == case["round"]), None)
    now = service.database.clock.now()
    evaluation = domain.may_evaluate(State(case["state"]), current is not None, case["evaluate_by"], now)
    reply = {"content": case["reply"], "outcome": case["outcome"], "evaluate_by": case["evaluate_by"]} if case["reply"] else None
    return {
        "receipt": domain.show_receipt(receipt), "title": own["title"], "state": own["state"], "topic": own["topic"],
        "department": case["department"], "submitted": own["submitted"], "reply": reply,
        "evaluation": {name: current[name] for name in ("process", "result", "at")} if current else None,
        "may": domain.may_do(State(own["state"]), evaluation=evaluation, followed=followed),
        "timeline": [moment(row) for row in timeline],
    }  # fmt: skip
