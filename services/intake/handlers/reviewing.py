"""What a reviewer does with an opinion: accept, return for detail, decline, merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import Catalogue
from services.contracts.errors import Invalid, NotFound
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages import OpinionAccepted, OpinionDeclined, OpinionMerged, OpinionReturned, OpinionText
from services.intake import domain

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

OFFICE = "office"


def known(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The opinion; raises `NotFound` when there is none."""
    if row is None:
        raise NotFound("There is no such opinion. Check the id or the receipt.")
    return row


def accept(store: IntakeStore, catalogue: Catalogue, opinion_id: str, topic: str | None) -> State:
    """Let an opinion in, perhaps under another topic."""
    row = known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.ACCEPT)
    code = domain.resolve(catalogue, {"topic": topic})["topic"] if topic else row["topic"]
    store.change(opinion_id, state=state, topic=code, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionAccepted.TYPE, OFFICE)
    text = OpinionText(opinion_id, row["title"], row["content"], code, row["area"], row["station"])
    store.say(OpinionAccepted(text, row["channel"], "reviewer", code), opinion_id, row["said"] + 1)
    return state


def return_(store: IntakeStore, opinion_id: str, question: str) -> State:
    """Ask the submitter for more; whoever holds the receipt can answer."""
    row = known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.RETURN)
    store.change(opinion_id, state=state, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionReturned.TYPE, OFFICE, question=question)
    store.say(OpinionReturned(question, row["topic"]), opinion_id, row["said"] + 1)
    return state


def decline(store: IntakeStore, catalogue: Catalogue, opinion_id: str, reason: str) -> State:
    """Decline an opinion for a reason of the catalogue, which carries the advice where to go instead."""
    row = known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.DECLINE)
    why = catalogue.decline_reasons.get(reason)
    if why is None:
        raise Invalid("Choose a reason of the catalogue.", {"reason": [f"one of {', '.join(catalogue.decline_reasons)}"]})
    store.change(opinion_id, state=state, said=row["said"] + 1)
    store.tell(opinion_id, store.now, OpinionDeclined.TYPE, OFFICE, reason=reason)
    store.say(OpinionDeclined(reason, why.advice, row["topic"]), opinion_id, row["said"] + 1)
    return state


def merge(store: IntakeStore, opinion_id: str, into: str) -> State:
    """并案: handle an opinion with another one; its submitter gets that one's reply and may evaluate it too.

    Whoever was merged into it before goes along. Raises `NotFound`, `Conflict`, `Invalid` for a target that nobody handles.
    """
    # Always in the same order, so that two mergers at the same moment wait for each other and not both for ever.
    rows = {each: store.opinion(each) for each in sorted({opinion_id, into})}
    row, target = known(rows[opinion_id]), rows[into]
    state = advance(State(row["state"]), Move.MERGE)
    domain.check_merge(row, target)
    accepted = domain.is_accepted(State(row["state"]))
    store.change(opinion_id, state=state, merged_into=into, said=row["said"] + 1)
    store.move_followers(opinion_id, into)
    store.tell(opinion_id, store.now, OpinionMerged.TYPE, OFFICE)
    store.say(OpinionMerged(into, accepted, row["topic"]), opinion_id, row["said"] + 1)
    return state
