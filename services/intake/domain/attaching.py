"""照片: which photos an opinion may have, how many, and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.errors import Conflict
from services.contracts.lifecycle import State
from services.intake.domain.opinion import Opinion
from services.intake.domain.timeline import Handler

#: What is kept and served, and how a file of it is called.
PHOTO_TYPES: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
#: What may be sent: the same, and what iPhones make, which is kept as JPEG.
SENT_TYPES = (*PHOTO_TYPES, "image/heic", "image/heif")
MOST_PHOTOS, MOST_PHOTOS_AT_ONCE = 6, 3
#: That wait for one answer of a department.
MOST_OF_ANSWER = 6
#: How far the clock that tells when an answer was given may be behind the one that tells when its photos came.
CLOCKS_APART = timedelta(seconds=30)
LARGEST_PHOTO = 25 * 1024 * 1024  # bytes, of what is sent
LARGEST_KEPT = 8 * 1024 * 1024  # bytes, of what is kept
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2560  # pixels, of what is kept


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it is kept; `digest` is the SHA-256 of the file that was sent, which tells two requests apart."""

    type: str
    content: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo that is kept; `size` is in bytes."""

    id: str
    type: str
    size: int
    at: datetime

    @property
    def file_name(self) -> str:
        """The name for saving a photo; its original name is not kept."""
        return f"photo-{self.id}.{PHOTO_TYPES[self.type]}"


@dataclass(frozen=True, slots=True)
class AnswerPhoto(Attachment):
    """A photo that a department adds to its answer; submitters see it from `shown` on, when the answer has come."""

    department: str
    shown: datetime | None


def may_attach(opinion: Opinion, kept: int) -> bool:
    """Whether one more photo may be added."""
    try:
        check_attaching(opinion, kept, 1)
    except Conflict:
        return False
    return True


def check_attaching(opinion: Opinion, kept: int, new: int) -> None:
    """Raises `Conflict` when an opinion has been answered or closed, or would have more photos than it may."""
    if opinion.reply is not None or not opinion.state.takes_photos:
        raise Conflict(f"Photos are taken until there is a reply; this opinion is {opinion.state}. Submit a new one to show more.")
    if kept + new > MOST_PHOTOS:
        raise Conflict(f"An opinion has at most {MOST_PHOTOS} photos, and this one has {kept}. Choose the ones that matter.")


def check_answering(opinion: Opinion, held: Sequence[Handler], department: str, waiting: int, new: int) -> None:
    """Raises `Conflict` when a department has no answer to give, or as many photos wait for it as one may have.

    Who answers for its own part may do so after the lead has. What the head decides on stays as it was sent for approval.
    """
    if only_advises(held, department):
        raise Conflict("A co-handler gives the lead its opinion, which has no photos: the submitter sees those of an answer alone.")
    _check_draft(opinion, department)
    answers_apart = opinion.state is State.REPLIED and opinion.department != department
    if not (opinion.state.is_with_department or answers_apart):
        raise Conflict(f"Photos are added before the answer is given; this opinion is {opinion.state}.")
    if waiting + new > MOST_OF_ANSWER:
        raise Conflict(f"An answer has at most {MOST_OF_ANSWER} photos, and {waiting} wait for it. Remove one first.")


def sees(department: str | None, held: Sequence[Handler], photo: AnswerPhoto) -> bool:
    """Whether a department on the case sees a photo of an answer: before that is given its own, and the lead those of its
    co-handlers. Who has no department is of the office and sees all."""
    if department is None or photo.shown is not None or photo.department == department:
        return True
    roles = {(each.department, each.role) for each in held}
    return {(department, "lead"), (photo.department, "co_handler")} <= roles


def check_removing(opinion: Opinion, photo: AnswerPhoto) -> None:
    """Raises `Conflict` when the submitter has seen a photo, or the head decides on the answer that it goes with."""
    if photo.shown is not None:
        raise Conflict("The answer has been given with this photo. It stays with it.")
    _check_draft(opinion, photo.department)


def only_advises(held: Sequence[Handler], department: str) -> bool:
    """Whether a department gives the lead its opinion and answers nothing itself."""
    return {each.role for each in held if each.department == department} == {"co_handler"}


def is_with_head(opinion: Opinion, department: str) -> bool:
    """Whether the answer of a department is written and waits for its head."""
    return opinion.state is State.DRAFTED and opinion.department == department


def _check_draft(opinion: Opinion, department: str) -> None:
    if is_with_head(opinion, department):
        raise Conflict("The answer waits for the head's approval with the photos it has. Have it sent back before you change them.")
