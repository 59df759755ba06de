"""Photos chosen in a form: reading them, and the error messages beside the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import flask
from werkzeug.datastructures import FileStorage

from services.contracts.errors import Conflict, Invalid, Refusal, TooLarge, Unavailable, UnsupportedType
from services.design.phrases import Phrase
from services.intake.domain.attaching import LARGEST_PHOTO, MOST_PHOTOS_AT_ONCE, MOST_PIXELS, SENT_TYPES, Photo
from services.intake.gateway.photos import digest_of, read_photo, work_of

PHOTOS = "photos"
#: How much a form may bring (bytes): more than is kept, so that a photo that is too large is answered beside its field.
MOST_BYTES = 80_000_000
HINT = Phrase(
    "Up to %(most)s at a time, %(megabytes)s MB each. Where and when they were taken is removed; please leave out other people’s "
    "faces and number plates."
).filled(most=MOST_PHOTOS_AT_ONCE, megabytes=LARGEST_PHOTO >> 20)
CHOOSE_AGAIN = Phrase("Please choose the photos again")
NONE_CHOSEN = Phrase("Please choose a photo first")
TOO_MANY = Phrase("At most %(most)s at a time").filled(most=MOST_PHOTOS_AT_ONCE)
WRONG: Mapping[type[Refusal], Phrase] = {
    TooLarge: Phrase(
        "This photo is too large: at most %(megabytes)s MB and %(pixels)s million pixels each; please make it smaller"
    ).filled(megabytes=LARGEST_PHOTO >> 20, pixels=MOST_PIXELS // 1_000_000),
    Unavailable: Phrase("Many photos are being uploaded right now; please choose it again in a moment"),
    UnsupportedType: Phrase("Only JPEG, PNG, WebP and HEIC photos can be uploaded"),
    Invalid: Phrase("This photo cannot be opened; it may be incomplete. Please choose it again"),
}


class PhotoField(NamedTuple):
    """The field of a form in which photos are chosen."""

    label: Phrase
    hint: Phrase = HINT
    types: str = ",".join(SENT_TYPES)


def files_of(name: str) -> list[FileStorage]:
    """The files in a field of the posted form."""
    # A browser sends an empty part without a name when nothing was chosen.
    return [file for file in flask.request.files.getlist(name) if file.filename]


def count_chosen(name: str) -> int:
    """How many photos a form that adds some may want to add: at least one, and no more than at once."""
    return max(1, len(files_of(name)[:MOST_PHOTOS_AT_ONCE]))


def chosen_photos(name: str, charge: Callable[[int], None]) -> tuple[list[Photo], Phrase | None]:
    """The photos in a field of the posted form, or none of them and what is wrong with one; `charge` counts the work before."""
    files = files_of(name)
    if len(files) > MOST_PHOTOS_AT_ONCE:
        return [], TOO_MANY
    photos: list[Photo] = []
    # One at a time, so that a form takes no more memory than its largest photo.
    for file in files:
        raw = file.read(LARGEST_PHOTO + 1)
        charge(work_of(raw))
        try:
            photos.append(read_photo(raw))
        except Refusal as error:
            return [], WRONG[type(error)]
    return photos, None


def added_photos(name: str, charge: Callable[[int], None], full: Conflict | None) -> tuple[list[Photo], list[str], Phrase | None]:
    """The photos in a field of a form that adds some, their digests, and what is wrong; where none can be kept, none is decoded."""
    if full is not None:
        return [], [digest_of(file.read(LARGEST_PHOTO + 1)) for file in files_of(name)[:MOST_PHOTOS_AT_ONCE]], None
    photos, wrong = chosen_photos(name, charge)
    return photos, [each.digest for each in photos], wrong or (None if photos else NONE_CHOSEN)
