"""照片: what may come with an opinion, how many, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.errors import Conflict
from services.contracts.lifecycle import State

#: What is kept and served, and how a file of it is called.
PHOTO_TYPES: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MOST_PHOTOS, MOST_PHOTOS_AT_ONCE = 6, 3
LARGEST_PHOTO = 8 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2560  # pixels, of what is kept


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it is kept; `digest` is the SHA-256 of the file that was sent, which tells two requests apart."""

    type: str
    content: bytes
    digest: str


def may_attach(opinion: Mapping[str, Any], kept: int) -> bool:
    """Whether `check_attaching` lets one more photo pass."""
    try:
        check_attaching(opinion, kept, 1)
    except Conflict:
        return False
    return True


def check_attaching(opinion: Mapping[str, Any], kept: int, new: int) -> None:
    """Raises `Conflict` when a stored opinion has been answered or closed, or would have more photos than it may."""
    state = State(opinion["state"])
    if opinion["reply"] is not None or not state.takes_photos:
        raise Conflict(f"Photos are taken until there is a reply; this opinion is {state}. Submit a new one to show more.")
    if kept + new > MOST_PHOTOS:
        raise Conflict(f"An opinion has at most {MOST_PHOTOS} photos, and this one has {kept}. Choose the ones that matter.")


def file_name(photo: Mapping[str, Any]) -> str:
    """What a stored photo is called when it is saved: nothing of the name it once had."""
    return f"photo-{photo['id']}.{PHOTO_TYPES[photo['type']]}"
