"""Erasing: who told an opinion is forgotten for good, and what it says too where that is asked for. What was counted stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.envelope import UNNUMBERED
from services.contracts.messages.opinions import LetterErased
from services.contracts.messages.supervision import LetterCancelled
from services.intake.domain.erasing import check_erasure
from services.intake.domain.opinion import Opinion
from services.intake.domain.publication.publishing import take_back
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.handlers.constituency.caring import end_duties

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased this time: of how many people, and whether the words too."""

    id: str
    persons: int
    content: bool


def erase(store: IntakeStore, opinion_id: str, *, content: bool = False, aged: bool = False) -> Erasure:
    """Erase by the opinion's id: everybody who told or signed it. What is erased already is not erased again.

    Nothing of it is public from then on, unless its persons are erased for its age: the public copy names nobody.
    """
    opinion = store.load(opinion_id)
    if not aged:
        take_back(opinion)
    return _erase(store, opinion, content=content)


def erase_by_receipt(store: IntakeStore, receipt: str, *, content: bool = False) -> Erasure:
    """Erase by a receipt: the submitter's erases everybody, a co-signer's only the one who holds it."""
    holder = store.load_held(receipt)
    check_erasure(first=holder.first, content=content)
    if holder.first:
        take_back(holder.opinion)
    return _erase(store, holder.opinion, None if holder.first else receipt, content=content)


def _erase(store: IntakeStore, opinion: Opinion, signer: str | None = None, *, content: bool) -> Erasure:
    forgotten = store.forget_persons(opinion.id, signer)
    store.forget_answers(opinion.id)
    words = content and opinion.erase_words()
    if content:
        # Also what was added since they were erased.
        store.forget_words(opinion.id)
    if words:
        store.publish(LetterErased(opinion.text), opinion.id, UNNUMBERED)
    if signer is None:
        end_duties(store, opinion)
    if forgotten or words:
        opinion.record_erasure("content" if words else "persons", signer)
    store.save(opinion)
    if forgotten:
        store.publish(LetterCancelled(tuple(map(show_receipt, forgotten))), opinion.id, UNNUMBERED)
    return Erasure(opinion.id, len(forgotten), words)
