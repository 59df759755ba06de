"""Photos of answers: a department adds them while it has the case, and its answer shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from services.contracts.envelope import Event
from services.contracts.errors import NotFound
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentReplied
from services.intake.domain.attaching import CLOCKS_APART, AnswerPhoto, Photo, check_answering, check_removing
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import Handler

if TYPE_CHECKING:
    from services.intake.store.answering import AnswerPhotoStore

NOT_THEIRS = "There is no such opinion, or it is not this department's."
UNKNOWN = "There is no such photo, or it is not this department's."


def add(
    store: AnswerPhotoStore, opinion: Opinion, held: Sequence[Handler], department: str, photos: Mapping[str, Photo]
) -> list[AnswerPhoto]:
    """Keep photos by their ids for the next answer of a department on the case; raises `NotFound` and `Conflict`."""
    if department not in {each.department for each in held}:
        raise NotFound(NOT_THEIRS)
    check_answering(opinion, held, department, store.waiting(opinion.id, department), len(photos))
    return [store.add(opinion.id, department, photo_id, photo) for photo_id, photo in photos.items()]


def remove(store: AnswerPhotoStore, opinion: Opinion, department: str, photo_id: str) -> AnswerPhoto:
    """Take one back before the answer is written; raises `NotFound` and `Conflict`."""
    held = store.held(opinion.id, photo_id)
    if held is None or held.department != department:
        raise NotFound(UNKNOWN)
    check_removing(opinion, held)
    store.remove(held)
    return held


def hear(store: AnswerPhotoStore, events: Iterable[Event]) -> None:
    """What a department answers shows the photos that waited for it; those that came later wait for the next, also where the
    message is late. An opinion that only the lead reads shows none."""
    for event in events:
        match event.data:
            case AssignmentReplied() | AssignmentAdvised(role="separate") as message:
                store.show(event.subject, message.department, event.time + CLOCKS_APART)
