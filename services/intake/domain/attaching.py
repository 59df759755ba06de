"""照片: which photos an opinion may have, how many, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.contracts.errors import Conflict
from services.intake.domain.opinion import Opinion

#: What is kept and served, and how a file of it is called.
PHOTO_TYPES: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
#: What may be sent: the same, and what iPhones make, which is kept as JPEG.
SENT_TYPES = (*PHOTO_TYPES, "image/heic", "image/heif")
MOST_PHOTOS, MOST_PHOTOS_AT_ONCE = 6, 3
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
