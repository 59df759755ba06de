"""What the holder of a receipt can do: tell more, take it back, rate the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages import OpinionDetailed, OpinionEvaluated, OpinionWithdrawn, Rating
from services.intake import domain
from services.intake.handlers.reviewing import known

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

SUBMITTER = "submitter"


def add_details(store: IntakeStore, receipt: str, content: str) -> State:
    """Tell more, when the reviewer or the department has asked for it; raises `Conflict` otherwise."""
    row = known(store.by_receipt(receipt))
    state = domain.detailed(State(row["state"]))
    text = domain.with_details(row["content"], content)
    store.change(row["id"], state=state, content=text, said=row["said"] + 1)
    store.tell(row["id"], store.now, OpinionDetailed.TYPE, SUBMITTER, content=content)
    store.say(OpinionDetailed(content, row["topic"]), row["id"], row["said"] + 1)
    return state


def withdraw(store: IntakeStore, receipt: str, reason: str | None) -> State:
    """Take the opinion back; possible until there is a reply, and unless others were merged into it."""
    row = known(store.by_receipt(receipt))
    state = advance(State(row["state"]), Move.WITHDRAW)
    domain.check_withdrawal(store.is_followed(row["id"]))
    accepted = domain.is_accepted(State(row["state"]))
    store.change(row["id"], state=state, said=row["said"] + 1)
    store.tell(row["id"], store.now, OpinionWithdrawn.TYPE, SUBMITTER)
    store.say(OpinionWithdrawn(accepted, reason, row["topic"]), row["id"], row["said"] + 1)
    return state


def evaluate(store: IntakeStore, receipt: str, process: str | None, result: str, comment: str | None) -> State:
    """Rate the reply, once a round; who was merged into a case rates that case's reply."""
    own = known(store.by_receipt(receipt))
    case = known(store.opinion(own["merged_into"])) if own["merged_into"] else own
    rated = store.evaluated(own["id"], case["round"])
    domain.check_evaluation(State(case["state"]), rated, case["evaluate_by"], store.now)
    store.add_evaluation({
        "opinion": own["id"], "round": case["round"], "process": process, "result": result, "comment": comment, "at": store.now,
    })  # fmt: skip
    store.change(case["id"], said=case["said"] + 1)
    store.tell(own["id"], store.now, OpinionEvaluated.TYPE, SUBMITTER, process=process, result=result)
    message = OpinionEvaluated(
        case["assignment"], case["department"], Rating(result), Rating(process) if process else None, comment, case["topic"]
    )
    store.say(message, case["id"], case["said"] + 1)
    return State(case["state"])
