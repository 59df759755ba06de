"""What the holder of a receipt can see and do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from services.contracts.callers import PUBLIC
from services.contracts.errors import NotAllowed, NotFound
from services.contracts.ledger import subject_of
from services.contracts.lifecycle import State
from services.intake import domain, handlers, schemas, store
from services.intake.app.context import Intake, routes
from services.intake.app.limits import RECEIPTS
from services.intake.app.opinions import advisers_of, moment, part_of
from services.intake.store import IntakeStore
from services.runtime.store.database import Transaction
from services.runtime.store.idempotency import once
from services.runtime.web.calls import Call
from services.runtime.web.routes import API, Answer

RECEIPT = f"{API}/receipts/{{receipt}}"
_REPLY = ("reply", "outcome", "evaluate_by", "items", "co_opinions")


@routes.get(
    f"{API}/receipts/<receipt>", access=PUBLIC, counts=(RECEIPTS,), query=schemas.TimelineQuery, answers={200: schemas.Receipt}
)
def read_receipt(call: Call[Intake]) -> Answer:
    """What became of the opinion behind a receipt."""
    return 200, receipt_data(call.service, call.path["receipt"], **call.query)


@routes.post(
    f"{API}/receipts/<receipt>/evaluation",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=schemas.Evaluation,
    answers={201: schemas.OpinionStanding},
    made=RECEIPT,
)
def evaluate(call: Call[Intake]) -> Answer:
    """Rate the reply, and once more on second thought; open until the date on the receipt. Not for whoever handles it."""
    if call.caller.role is not None:
        raise NotAllowed("Only who submitted or signed an opinion rates its reply: send this without a token.")
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.evaluate(IntakeStore(work, call.service.vault), receipt, **call.body)}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/evaluation", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/details",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=schemas.Details,
    answers={201: schemas.OpinionStanding},
    made=RECEIPT,
)
def add_details(call: Call[Intake]) -> Answer:
    """Tell more, when the reviewer or the department has asked for it."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.add_details(IntakeStore(work, call.service.vault), receipt, call.body["content"])}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/details", call.body, act)


@routes.post(
    f"{API}/receipts/<receipt>/withdrawal",
    access=PUBLIC,
    counts=(RECEIPTS,),
    body=schemas.Withdrawal,
    answers={201: schemas.OpinionStanding},
    made=RECEIPT,
)
def withdraw(call: Call[Intake]) -> Answer:
    """Take the opinion back; possible until there is a reply, and unless others are handled with it."""
    receipt = known_receipt(call.path["receipt"])

    def act(work: Transaction) -> tuple[int, Any]:
        return 201, {"state": handlers.withdraw(IntakeStore(work, call.service.vault), receipt, call.body["reason"])}

    return once(call.service.database, call.idempotency_key, f"POST /receipts/{receipt}/withdrawal", call.body, act)


def known_receipt(text: str) -> str:
    """A receipt as it is stored; raises `NotFound` for one with a typing error, without asking the store."""
    receipt = domain.read_receipt(text)
    if receipt is None:
        raise NotFound("This is not a receipt: check it for a typing error.")
    return receipt


def receipt_data(service: Intake, text: str, cursor: str | None = None, limit: int = schemas.MOST_LINES) -> dict[str, Any]:
    """What the holder of a receipt sees, for the API and for the page; raises `NotFound`, and `Invalid` for a wrong cursor.

    An opinion that was merged shows the department, the reply and the story of the one it is handled with.
    """
    receipt = known_receipt(text)
    with service.database.reading() as connection:
        found = store.find_by_receipt(connection, receipt)
        if found is None:
            raise NotFound("There is no opinion with this receipt.")
        own, first = found
        case = (store.find(connection, own["merged_into"]) if own["merged_into"] else None) or own
        lines, followed = _lines(connection, own, case, receipt), store.is_followed(connection, own["id"])
        photos = store.attachments_of(connection, own["id"])
        mine = [each for each in store.ratings_of(connection, case["id"]) if each["receipt"] == receipt]
    shown, earlier = part_of(lines, cursor, limit)
    given, question = domain.given_to(case, mine), domain.question_of(case)
    rates = domain.may_evaluate(State(case["state"]), question, given, service.database.clock.now())
    last = next((each for each in reversed(mine) if each["round"] == case["round"]), None)
    return {
        "receipt": domain.show_receipt(receipt), "title": own["title"], "state": domain.shown_state(own["state"]),
        **{name: own[name] for name in ("topic", "area", "station", "submitted")},
        **{name: case[name] for name in ("level", "key", "leader", "department")},
        "reply": {name if name != "reply" else "content": case[name] for name in _REPLY} if case["reply"] else None,
        "answers": domain.answers_of(lines), "promises": domain.promises_of(lines),
        "evaluation": {name: last[name] for name in ("process", "result", "comment", "at")} if last else None,
        "attachments": photos,
        "may": domain.may_do(
            State(own["state"]), rates=rates, rated=bool(given), first=first, followed=followed,
            attaches=domain.may_attach(own, len(photos)),
            tells_case=case is not own and domain.takes_words(State(case["state"])),
        ),
        "timeline": [moment(line) for line in shown], "earlier": earlier, "ledger": f"/ledger?subject={subject_of(own['id'])}",
    }  # fmt: skip


def _lines(connection: Connection, own: Mapping[str, Any], case: Mapping[str, Any], receipt: str) -> list[Mapping[str, Any]]:
    """What this receipt may read of its own opinion's story, and of what departments did with the case it was merged into."""
    lines = store.timeline_of(connection, own["id"])
    advisers = advisers_of(store.handlers_of(connection, case["id"]))
    if case["id"] != own["id"]:
        theirs = [line for line in store.timeline_of(connection, case["id"]) if not line["what"].startswith("opinion.")]
        lines = sorted([*lines, *theirs], key=lambda line: (line["at"], line["id"]))
    return domain.lines_for(lines, receipt, advisers)
