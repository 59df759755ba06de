"""What a reviewer does with an opinion: accept, return for detail, decline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Refusal
from services.contracts.lifecycle import State
from services.intake.domain.reviewing import Terms, terms_of
from services.intake.handlers import notifying
from services.intake.handlers.constituency.caring import end_duties

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


@dataclass(frozen=True, slots=True)
class ReviewResult:
    """The result for one of several opinions: its new state, or why it was refused."""

    id: str
    state: State | None = None
    refused: str = ""


def accept(store: IntakeStore, catalogue: Catalogue, opinion_id: str, wished: Terms) -> State:
    """Accept an opinion; the reviewer may set its topic, department and handling."""
    opinion = store.load(opinion_id)
    opinion.accept(catalogue, wished, again=opinion_id in store.let_in_before([opinion_id]))
    store.save(opinion)
    return opinion.state


def accept_many(store: IntakeStore, catalogue: Catalogue, opinion_ids: Sequence[str], wished: Terms) -> list[ReviewResult]:
    """集中交办: let many opinions in on the same terms, all in this transaction; returns what became of each.

    Raises `Invalid` for terms that no opinion could have; one that cannot be let in is refused alone.
    """
    terms_of(catalogue, wished, None)
    store.load_many(opinion_ids)
    before = store.let_in_before(opinion_ids)

    def decide(opinion_id: str) -> State:
        opinion = store.load(opinion_id)
        opinion.accept(catalogue, wished, again=opinion_id in before)
        store.save(opinion)
        return opinion.state

    return decide_each(opinion_ids, decide)


def decide_each(opinion_ids: Sequence[str], decide: Callable[[str], State]) -> list[ReviewResult]:
    """Decide on opinions one by one; where that is refused, the others are decided on all the same."""
    decided: list[ReviewResult] = []
    for opinion_id in opinion_ids:
        try:
            decided.append(ReviewResult(opinion_id, decide(opinion_id)))
        except Refusal as error:
            reasons = [reason for field in error.errors.values() for reason in field]
            decided.append(ReviewResult(opinion_id, refused=" ".join(reasons) or error.detail))
    return decided


def return_(store: IntakeStore, opinion_id: str, question: str) -> State:
    """Ask the submitter for more; the holder of the receipt can answer."""
    opinion = store.load(opinion_id)
    opinion.return_(question)
    store.save(opinion)
    notifying.write(store, opinion_id, "returned", store.reachable([opinion_id]), question=question)
    return opinion.state


def decline(store: IntakeStore, catalogue: Catalogue, opinion_id: str, code: str) -> State:
    """Decline an opinion for a reason of the catalogue, which carries the advice where to go instead."""
    opinion = store.load(opinion_id)
    reason = opinion.decline(catalogue, code)
    end_duties(store, opinion)
    store.save(opinion)
    notifying.write(store, opinion_id, "declined", store.reachable([opinion_id]), reason=reason.name, advice=reason.advice)
    return opinion.state
