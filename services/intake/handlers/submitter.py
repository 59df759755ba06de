"""What the holder of a receipt can do: tell more, take it back, rate the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.contracts.errors import NotAllowed, NotFound
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.opinions import OpinionDetailed, OpinionEvaluated, OpinionWithdrawn
from services.contracts.messages.values import Rating
from services.intake import domain
from services.intake.domain import Rated
from services.intake.handlers.reviewing import Row, known

if TYPE_CHECKING:
    from services.intake.store import Holder, IntakeStore

SUBMITTER = "submitter"


def held(holder: Holder | None) -> Holder:
    """The opinion behind a receipt; raises `NotFound` when there is none."""
    if holder is None:
        raise NotFound("There is no opinion with this receipt. Check it for a typing error.")
    return holder


def own_of(holder: Holder | None) -> Row:
    """The opinion, for whoever submitted it; a co-signer shares the answer and not the say over it."""
    if not held(holder).first:
        raise NotAllowed("Only who submitted the opinion can do this; with a co-signer's receipt the reply can be read and rated.")
    return held(holder).opinion


def add_details(store: IntakeStore, receipt: str, content: str) -> State:
    """Tell more, when the reviewer or the department has asked for it; raises `Conflict` otherwise.

    Whoever was merged into a case tells that case more, until it is answered.
    """
    row = own_of(store.holder(receipt))
    if row["merged_into"]:
        return _add_to_case(store, row, content)
    before = State(row["state"])
    state = domain.detailed(before)
    text = domain.with_details(row["content"], content)
    back = {"waiting_since": store.now} if before is State.RETURNED else {}
    store.change(row["id"], state=state, content=text, said=row["said"] + 1, **back)
    store.record(row["id"], store.now, OpinionDetailed.TYPE, SUBMITTER, content=content)
    store.publish(OpinionDetailed(content, row["topic"]), row["id"], row["said"] + 1)
    return state


def _add_to_case(store: IntakeStore, row: Row, content: str) -> State:
    case = known(store.opinion(row["merged_into"]))
    domain.detailed_with(State(case["state"]))
    text = domain.with_details(row["content"], content)
    store.change(row["id"], content=text)
    store.record(row["id"], store.now, OpinionDetailed.TYPE, SUBMITTER, content=content)
    store.change(case["id"], said=case["said"] + 1)
    # Without the words: they stand with the opinion whose they are, where they are erased too.
    store.record(case["id"], store.now, OpinionDetailed.TYPE, SUBMITTER, audience=domain.STAFF, opinion=row["id"])
    store.publish(OpinionDetailed(content, case["topic"], row["id"]), case["id"], case["said"] + 1)
    return State(row["state"])


def withdraw(store: IntakeStore, receipt: str, reason: str | None) -> State:
    """Take the opinion back; possible until there is a reply, and unless others were merged into it."""
    row = own_of(store.holder(receipt))
    state = advance(State(row["state"]), Move.WITHDRAW)
    domain.check_withdrawal(store.is_followed(row["id"]))
    accepted = domain.is_accepted(State(row["state"]))
    store.change(row["id"], state=state, said=row["said"] + 1)
    store.record(row["id"], store.now, OpinionWithdrawn.TYPE, SUBMITTER)
    store.publish(OpinionWithdrawn(accepted, reason, row["topic"]), row["id"], row["said"] + 1)
    return state


def evaluate(store: IntakeStore, receipt: str, process: str | None, result: str, comment: str | None) -> State:
    """Rate the reply, and once more on second thought; who was merged into a case or signed it rates on their own."""
    own = held(store.holder(receipt)).opinion
    case = known(store.opinion(own["merged_into"])) if own["merged_into"] else own
    before = store.ratings(case["id"], receipt, case["round"])
    given, new = domain.given_to(case, before), Rated(result, process, comment)
    domain.check_evaluation(State(case["state"]), domain.question_of(case), given, new, store.now)
    row: dict[str, Any] = {"round": case["round"], "process": process, "result": result, "comment": comment}
    row |= {"case": case["id"], "receipt": receipt, "asked": case["asked"], "attempt": len(given) + 1, "at": store.now}
    store.add_rating({**row, "revision": bool(before)})
    store.change(case["id"], said=case["said"] + 1)
    facts = {"result": result, "process": process, "revision": bool(before) or None}
    told = {name: value for name, value in facts.items() if value is not None}
    store.record(own["id"], store.now, OpinionEvaluated.TYPE, SUBMITTER, audience=receipt, **told)
    message = OpinionEvaluated(
        case["assignment"], case["department"], Rating(result), Rating(process) if process else None, comment, case["topic"],
        round=case["round"], rater=domain.rater_of(receipt), revision=bool(before),
    )  # fmt: skip
    store.publish(message, case["id"], case["said"] + 1)
    return State(case["state"])
