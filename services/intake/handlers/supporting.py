"""附议: supporting a public opinion, and no longer. Supporters of a merged opinion support the case that it is handled with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.contracts.envelope import UNNUMBERED
from services.contracts.errors import NotFound
from services.contracts.messages.supervision import LetterCancelled
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Addressee, reached_by
from services.intake.domain.publication import supporting
from services.intake.domain.publication.publishing import NOT_PUBLIC, PublicationState
from services.intake.domain.publication.supporting import Supporter
from services.intake.domain.receipt.receipts import new_receipt, show_receipt
from services.intake.handlers import notifying

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


@dataclass(frozen=True, slots=True)
class Supported:
    """What a supporter gets: the case that is supported, how many support it, and the supporter's own receipt."""

    id: str
    receipt: str
    supporters: int


def support(store: IntakeStore, opinion_id: str, contact: str | None, browser: str | None) -> Supported:
    """Support a public opinion. A browser that does already gets the receipt that it got.

    Raises `NotFound` for what is not public, `Conflict` for a case that is closed, `Invalid` for a contact that is none.
    """
    person = reached_by(contact) if contact else None
    case = store.load(store.case_of(opinion_id))
    if case.publication is not PublicationState.RELEASED:
        raise NotFound(NOT_PUBLIC)
    known = store.supporters.known(case.id, browser) if browser else None
    if known is not None:
        return Supported(case.id, known, case.supporters)
    supporting.check_supportable(case)
    supporter = Supporter(new_receipt(secrets.randbits), person, browser)
    is_new = store.supporters.add(case.id, supporter)
    _count(store, case, "given")
    if person is not None and is_new:
        title = store.supporters.title(case.id)
        addressee = Addressee(case.id, supporter.receipt, title, email=person.email, phone=person.phone, supports=True)
        notifying.write(store, case.id, "received", [addressee])
    return Supported(case.id, supporter.receipt, case.supporters)


def withdraw_support(store: IntakeStore, receipt: str) -> Supported:
    """No longer support a case; nothing is kept of the supporter. Raises `NotFound`."""
    case_id = store.supporters.case_of(receipt)
    if case_id is None:
        raise NotFound("Nobody supports an opinion with this receipt; it may have been taken back already.")
    case = store.load(case_id)
    store.supporters.remove(receipt)
    _count(store, case, "withdrawn")
    store.publish(LetterCancelled((show_receipt(receipt),)), case.id, UNNUMBERED)
    return Supported(case.id, receipt, case.supporters)


def move(store: IntakeStore, opinion: Opinion, case: Opinion, *, back: bool) -> None:
    """Let the supporters of an opinion follow it into a case that it was merged into, or `back` out of it."""
    if not (case if back else opinion).supporters:
        return
    if back:
        store.supporters.move_back(opinion.id, case.id)
    else:
        store.supporters.move(opinion.id, case.id)
    for each in (opinion, case):
        supporting.count(each, store.supporters.count(each.id), "moved")


def _count(store: IntakeStore, case: Opinion, change: supporting.Given) -> None:
    supporting.count(case, store.supporters.count(case.id), change)
    if change == "given" and supporting.is_told(case.supporters):
        supporting.tell(case, store.timeline(case.id))
    store.save(case)
