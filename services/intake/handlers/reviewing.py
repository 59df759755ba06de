"""What a reviewer does with an opinion: accept, return for detail, decline, merge."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, NotFound, Refusal
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.merging import OpinionUnmerged
from services.contracts.messages.opinions import OpinionAccepted, OpinionDeclined, OpinionReturned
from services.contracts.messages.values import OpinionText
from services.intake import domain
from services.intake.domain import Terms
from services.intake.handlers import notifying

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

Row = Mapping[str, Any]
OFFICE = "office"


def known(row: Row | None) -> Row:
    """The opinion; raises `NotFound` when there is none."""
    if row is None:
        raise NotFound("There is no such opinion. Check the id or the receipt.")
    return row


def accept(store: IntakeStore, catalogue: Catalogue, opinion_id: str, form: Mapping[str, Any]) -> State:
    """Let an opinion in, perhaps under another topic and with a say how it is to be handled."""
    row = known(store.opinion(opinion_id))
    advance(State(row["state"]), Move.ACCEPT)
    return _let_in(store, row, domain.terms_of(catalogue, form, row["topic"]))


def accept_many(
    store: IntakeStore, catalogue: Catalogue, opinion_ids: Sequence[str], form: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """集中交办: let many opinions in on the same terms, all in this transaction; returns what became of each.

    Raises `Invalid` for terms that no opinion could have; one that cannot be let in is refused alone.
    """
    domain.terms_of(catalogue, form, None)
    rows, items = dict(store.opinions(opinion_ids)), list[dict[str, Any]]()
    for opinion_id in opinion_ids:
        try:
            row = known(rows.get(opinion_id))
            advance(State(row["state"]), Move.ACCEPT)
            state = _let_in(store, row, domain.terms_of(catalogue, form, row["topic"]))
        except Refusal as error:
            reasons = [reason for field in error.errors.values() for reason in field]
            items.append({"id": opinion_id, "status": "refused", "detail": " ".join(reasons) or error.detail})
            continue
        rows[opinion_id] = {**row, "state": state}
        items.append({"id": opinion_id, "status": "accepted", "state": state})
    return items


def _let_in(store: IntakeStore, row: Row, terms: Terms) -> State:
    state, number, said = advance(State(row["state"]), Move.ACCEPT), row["said"] + 1, dataclasses.asdict(terms)
    kept = {name: value for name, value in said.items() if name not in ("department", "co_handlers")}
    store.change(row["id"], state=state, said=number, chosen=terms.department, co_handlers=list(terms.co_handlers), **kept)
    told = {name: said[name] for name in ("level", "difficulty", "key", "leader") if said[name]}
    moved = {"topic": terms.topic} if terms.topic != row["topic"] else {}
    text = OpinionText(row["id"], row["title"], row["content"], terms.topic, row["area"], row["station"])
    again = store.has_happened(row["id"], OpinionUnmerged.TYPE) and store.has_happened(row["id"], OpinionAccepted.TYPE)
    store.record(row["id"], store.now, OpinionAccepted.TYPE, OFFICE, **told, **moved)
    store.publish(OpinionAccepted(text, row["channel"], "reviewer", **said, again=again), row["id"], number)
    return state


def return_(store: IntakeStore, opinion_id: str, question: str) -> State:
    """Ask the submitter for more; whoever holds the receipt can answer."""
    row = known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.RETURN)
    store.change(opinion_id, state=state, said=row["said"] + 1, waiting_since=store.now)
    store.record(opinion_id, store.now, OpinionReturned.TYPE, OFFICE, question=question)
    store.publish(OpinionReturned(question, row["topic"]), opinion_id, row["said"] + 1)
    notifying.write(store, opinion_id, "returned", store.reachable([opinion_id]), question=question)
    return state


def decline(store: IntakeStore, catalogue: Catalogue, opinion_id: str, reason: str) -> State:
    """Decline an opinion for a reason of the catalogue, which carries the advice where to go instead."""
    row = known(store.opinion(opinion_id))
    state = advance(State(row["state"]), Move.DECLINE)
    why = stored.found(catalogue.decline_reasons, reason)
    if why is None:
        raise Invalid("Choose a reason of the catalogue.", {"reason": [f"one of {', '.join(catalogue.decline_reasons)}"]})
    store.change(opinion_id, state=state, said=row["said"] + 1)
    store.record(opinion_id, store.now, OpinionDeclined.TYPE, OFFICE, reason=reason)
    store.publish(OpinionDeclined(reason, why.advice, row["topic"]), opinion_id, row["said"] + 1)
    notifying.write(store, opinion_id, "declined", store.reachable([opinion_id]), reason=why.name, advice=why.advice)
    return state
