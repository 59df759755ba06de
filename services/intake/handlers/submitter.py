"""The actions of a receipt's holder: add details, withdraw, rate the reply, add photos."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.contracts.errors import NotAllowed
from services.contracts.lifecycle import State
from services.intake.domain.attaching import Attachment, Photo, check_attaching
from services.intake.domain.opinion import Opinion
from services.intake.domain.publication import publishing
from services.intake.domain.receipt.rating import Rated
from services.intake.handlers.constituency.caring import end_duties

if TYPE_CHECKING:
    from services.intake.store.writing import IntakeStore


def load_own(store: IntakeStore, receipt: str) -> Opinion:
    """The opinion, for its submitter; a co-signer may read the answer but not act."""
    holder = store.load_held(receipt)
    if not holder.first:
        raise NotAllowed("Only who submitted the opinion can do this; with a co-signer's receipt the reply can be read and rated.")
    return holder.opinion


def add_details(store: IntakeStore, receipt: str, content: str) -> State:
    """Tell more, when the reviewer or the department has asked for it; raises `Conflict` otherwise.

    A submitter merged into a case adds to that case, until it is answered.
    """
    opinion = load_own(store, receipt)
    if opinion.merged_into:
        case = store.load(opinion.merged_into)
        opinion.add_details_to(case, content)
        store.save(opinion, case)
    else:
        opinion.add_details(content)
        store.save(opinion)
    return opinion.state


def withdraw(store: IntakeStore, receipt: str, reason: str | None) -> State:
    """Take the opinion back; possible until there is a reply, and unless others were merged into it."""
    opinion = load_own(store, receipt)
    opinion.withdraw(reason, followed=store.is_followed(opinion.id))
    end_duties(store, opinion)
    store.save(opinion)
    return opinion.state


def withdraw_consent(store: IntakeStore, receipt: str) -> State:
    """Take back the consent that the opinion becomes public; what is public of it is gone with the commit."""
    opinion = load_own(store, receipt)
    publishing.withdraw_consent(opinion)
    store.save(opinion)
    return opinion.state


def evaluate(store: IntakeStore, receipt: str, rated: Rated) -> State:
    """Rate the reply, or revise the rating once; merged submitters and co-signers rate for themselves."""
    own = store.load_held(receipt).opinion
    case = store.load(own.merged_into) if own.merged_into else own
    before, awaited = store.ratings(case.id, receipt, case.round), store.count_awaited(case.id, case.round, receipt)
    store.add_rating(case.rate(own, receipt, rated, before, awaited))
    store.save(own, case)
    return case.state


def attach(store: IntakeStore, receipt: str, photos: Mapping[str, Photo]) -> list[Attachment]:
    """Keep more photos by their ids, when the submitter sends them; raises `Conflict` after the reply."""
    opinion = load_own(store, receipt)
    check_attaching(opinion, store.count_attachments(opinion.id), len(photos))
    return [store.add_attachment(opinion.id, photo_id, photo) for photo_id, photo in photos.items()]
