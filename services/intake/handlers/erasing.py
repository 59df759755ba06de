"""Erasing: who told an opinion is forgotten for good, and what it says too where that is asked for. What was counted stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.messages.supervision import LetterCancelled
from services.intake import domain
from services.intake.handlers.notifying import UNNUMBERED
from services.intake.handlers.reviewing import OFFICE, Row, known
from services.intake.handlers.submitter import held

if TYPE_CHECKING:
    from services.intake.store import IntakeStore

ERASED = "opinion.erased"


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was erased this time: of how many people, and whether the words too."""

    id: str
    persons: int
    content: bool


def erase(store: IntakeStore, opinion_id: str, *, content: bool = False) -> Erasure:
    """Erase by the opinion's id: everybody who told or signed it. What is erased already is not erased again."""
    return _erase(store, known(store.opinion(opinion_id)), content=content)


def erase_by_receipt(store: IntakeStore, receipt: str, *, content: bool = False) -> Erasure:
    """Erase by a receipt: the submitter's erases everybody, a co-signer's only who holds it."""
    holder = held(store.holder(receipt))
    domain.check_erasure(first=holder.first, content=content)
    return _erase(store, holder.opinion, None if holder.first else receipt, content=content)


def _erase(store: IntakeStore, row: Row, signer: str | None = None, *, content: bool) -> Erasure:
    forgotten = store.forget_persons(row["id"], signer)
    store.forget_answers(row["id"])
    words = content and not domain.is_erased(row)
    if words:
        store.forget_words(row["id"], domain.ERASED_TITLE, domain.ERASED_CONTENT)
    if forgotten or words:
        store.record(row["id"], store.now, ERASED, OFFICE, audience=signer, erased="content" if words else "persons")
    if forgotten:
        store.publish(LetterCancelled(tuple(map(domain.show_receipt, forgotten))), row["id"], UNNUMBERED)
    return Erasure(row["id"], len(forgotten), words)
