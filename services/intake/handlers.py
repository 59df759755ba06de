"""What intake does: one function for each request and for each message it hears."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import Catalogue
from services.contracts.envelope import Event
from services.contracts.errors import Conflict, Invalid, NotFound, Refusal
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentSigned,
    OpinionAccepted,
    OpinionDeclined,
    OpinionEvaluated,
    OpinionSubmitted,
    OpinionText,
    Rating,
)
from services.intake import domain

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

SUBMITTER, OFFICE, POLICY = "submitter", "office", "policy"


@dataclass(frozen=True, slots=True)
class Taken:
    """What the sender of an opinion gets: `known` when the same one was here before."""

    id: str
    receipt: str
    state: State
    known: bool = False


def take(store: IntakeStore, catalogue: Catalogue, form: Mapping[str, Any], opinion_id: str) -> Taken:
    """Store a new opinion, review it by policy, and say so. `form` is resolved."""
    automatic = domain.review(catalogue, form["channel"]).automatic
    state = advance(State.SUBMITTED, Move.ACCEPT) if automatic else State.SUBMITTED
    receipt = domain.new_receipt(secrets.randbits)
    store.add_opinion({
        "id": opinion_id, "receipt": receipt, "external_id": form.get("external_id"), "fingerprint": domain.fingerprint(form),
        "title": form["title"], "content": form["content"], "channel": form["channel"], "topic": form["topic"],
        "area": form.get("area"), "station": form.get("station"), "deputy": form.get("deputy"), "location": form.get("location"),
        "submitter": form.get("submitter"), "relay": form.get("relay"), "visibility": form["visibility"], "state": state,
        "submitted": store.now, "told": form.get("submitted_at"), "round": 1, "said": 2 if automatic else 1, "heard": 0,
    })  # fmt: skip
    store.tell(opinion_id, store.now, OpinionSubmitted.TYPE, SUBMITTER, channel=form["channel"])
    places = {"topic": form["topic"], "area": form.get("area"), "station": form.get("station")}
    store.say(OpinionSubmitted(form["channel"], form["title"], **places), opinion_id, 1)
    if automatic:
        store.tell(opinion_id, store.now, OpinionAccepted.TYPE, POLICY)
        text = OpinionText(opinion_id, form["title"], form["content"], **places)
        store.say(OpinionAccepted(text, form["channel"], "automatic", form["topic"]), opinion_id, 2)
    return Taken(opinion_id, receipt, state)


def submit(store: IntakeStore, catalogue: Catalogue, form: Mapping[str, Any], opinion_id: str) -> Taken:
    """One opinion. With an external id that is known: the same answer for the same text, `Conflict` for another."""
    resolved = domain.resolve(catalogue, form)
    if resolved.get("external_id"):
        known = store.with_external_ids([resolved["external_id"]]).get(resolved["external_id"])
        if known is not None:
            if known["fingerprint"] != domain.fingerprint(resolved):
                raise Conflict("Another opinion has this external_id. Send it with an id of its own.")
            return Taken(known["id"], known["receipt"], State(known["state"]), known=True)
    return take(store, catalogue, resolved, opinion_id)


def submit_many(
    store: IntakeStore, catalogue: Catalogue, forms: Sequence[Mapping[str, Any]], ids: Sequence[str]
) -> list[Taken | Refusal]:
    """Several opinions in one transaction, idempotent by external id; a bad one is refused alone."""
    wanted = [form["external_id"] for form in forms if form.get("external_id")]
    known = {
        external_id: Taken(row["id"], row["receipt"], State(row["state"]), known=True)
        for external_id, row in (store.with_external_ids(wanted).items() if wanted else ())
    }
    results: list[Taken | Refusal] = []
    for form, opinion_id in zip(forms, ids, strict=True):
        external_id = form.get("external_id") or ""
        if external_id in known:
            results.append(known[external_id])
            continue
        try:
            taken = take(store, catalogue, domain.resolve(catalogue, form), opinion_id)
        except Refusal as error:
            results.append(error)
            continue
        results.append(taken)
        if external_id:
            known[external_id] = Taken(taken.id, taken.receipt, taken.state, known=True)
    return results


def accept(store: IntakeStore, catalogue: Catalogue, opinion_id: str, topic: str | None) -> State:
    """A reviewer lets an opinion in, perhaps under another topic."""
    row = _known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.ACCEPT)
    code = domain.resolve(catalogue, {"topic": topic})["topic"] if topic else row["topic"]
    store.change(opinion_id, state=state, topic=code, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionAccepted.TYPE, OFFICE)
    text = OpinionText(opinion_id, row["title"], row["content"], code, row["area"], row["station"])
    store.say(OpinionAccepted(text, row["channel"], "reviewer", code), opinion_id, row["said"] + 1)
    return state


def decline(store: IntakeStore, catalogue: Catalogue, opinion_id: str, reason: str) -> State:
    """A reviewer declines an opinion for a reason of the catalogue, which carries the advice where to go instead."""
    row = _known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.DECLINE)
    why = catalogue.decline_reasons.get(reason)
    if why is None:
        raise Invalid("Choose a reason of the catalogue.", {"reason": [f"one of {', '.join(catalogue.decline_reasons)}"]})
    store.change(opinion_id, state=state, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionDeclined.TYPE, OFFICE, reason=reason)
    store.say(OpinionDeclined(reason, why.advice, row["topic"]), opinion_id, row["said"] + 1)
    return state


def evaluate(store: IntakeStore, receipt: str, process: str | None, result: str, comment: str | None) -> None:
    """The holder of the receipt rates the reply, once a round."""
    row = _known(store.by_receipt(receipt))
    opinion_id = row["id"]
    domain.check_evaluation(State(row["state"]), store.evaluated(opinion_id, row["round"]), row["evaluate_by"], store.now)
    store.add_evaluation({
        "opinion": opinion_id, "round": row["round"], "process": process, "result": result, "comment": comment, "at": store.now,
    })  # fmt: skip
    store.change(opinion_id, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionEvaluated.TYPE, SUBMITTER, process=process, result=result)
    rated = OpinionEvaluated(
        row["assignment"], row["department"], Rating(result), Rating(process) if process else None, comment, row["topic"]
    )
    store.say(rated, opinion_id, row["said"] + 1)


def hear_created(store: IntakeStore, event: Event, message: AssignmentCreated) -> None:
    """The opinion has a department."""
    store.follow(event.subject, event.sequence, State.ASSIGNED, department=message.department, assignment=message.assignment)
    due = message.deadlines["reply"].isoformat()
    store.tell(event.subject, event.time, event.type, "routing", department=message.department, due=due, rule=message.why.rule)


def hear_signed(store: IntakeStore, event: Event, message: AssignmentSigned) -> None:
    """The department has confirmed it."""
    store.follow(event.subject, event.sequence, State.SIGNED)
    store.tell(event.subject, event.time, event.type, "department", department=message.department, on_time=message.on_time)


def hear_progressed(store: IntakeStore, event: Event, message: AssignmentProgressed) -> None:
    """The department says how far it is; the state stays."""
    store.tell(event.subject, event.time, event.type, "department", department=message.department, content=message.content)


def hear_replied(store: IntakeStore, event: Event, message: AssignmentReplied) -> None:
    """There is an answer; the submitter may evaluate it."""
    store.follow(
        event.subject, event.sequence, State.REPLIED, reply=message.content, outcome=message.outcome,
        evaluate_by=message.evaluate_by, department=message.department, assignment=message.assignment,
    )  # fmt: skip
    facts = {"department": message.department, "outcome": message.outcome, "on_time": message.on_time}
    store.tell(event.subject, event.time, event.type, "department", content=message.content, **facts)


def hear_reopened(store: IntakeStore, event: Event, message: AssignmentReopened) -> None:
    """It is handled again; the next reply can be evaluated anew."""
    store.follow(event.subject, event.sequence, State.REOPENED, round=message.round)
    due = message.deadlines["reply"].isoformat()
    store.tell(event.subject, event.time, event.type, "routing", department=message.department, round=message.round, due=due)


def hear_concluded(store: IntakeStore, event: Event, message: AssignmentConcluded) -> None:
    """The loop is closed."""
    store.follow(event.subject, event.sequence, State.CONCLUDED)
    store.tell(event.subject, event.time, event.type, "routing", department=message.department, rated=message.rated)


def _known(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if row is None:
        raise NotFound("There is no such opinion. Check the id or the receipt.")
    return row
