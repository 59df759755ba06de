"""Photos chosen in a form: reading them, and the error messages beside the field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import flask
from werkzeug.datastructures import FileStorage

from services.contracts.errors import Invalid, Refusal, TooLarge, Unavailable, UnsupportedType
from services.contracts.words import Words
from services.intake.domain.attaching import LARGEST_PHOTO, MOST_PHOTOS_AT_ONCE, MOST_PIXELS, PHOTO_TYPES, Photo
from services.intake.gateway.photos import digest_of, read_photo, work_of

PHOTOS = "photos"
#: How much a form may bring (bytes): more than is kept, so that a photo that is too large is answered beside its field.
MOST_BYTES = 60_000_000
HINT = Words(
    f"一次最多 {MOST_PHOTOS_AT_ONCE} 张，每张不超过 {LARGEST_PHOTO >> 20} MB。"
    "照片里的拍摄地点、时间等信息会自动去掉；请不要拍进别人的脸和车牌。",
    f"Up to {MOST_PHOTOS_AT_ONCE} at a time, {LARGEST_PHOTO >> 20} MB each. Where and when they were taken is removed; "
    "leave out faces and number plates.",
)
CHOOSE_AGAIN = Words("请再选一次照片", "Please choose the photos again")
TOO_MANY = Words(f"一次最多 {MOST_PHOTOS_AT_ONCE} 张", f"At most {MOST_PHOTOS_AT_ONCE} at a time")
WRONG: Mapping[type[Refusal], Words] = {
    TooLarge: Words(
        f"照片太大：每张最多 {LARGEST_PHOTO >> 20} MB、{MOST_PIXELS // 10_000} 万像素，请缩小后再选",
        f"Too large: at most {LARGEST_PHOTO >> 20} MB and {MOST_PIXELS // 1_000_000} megapixels each; make it smaller",
    ),
    Unavailable: Words(
        "现在传照片的人太多，请过一会儿再选一次", "Too many photos are being sent right now; choose it again in a moment"
    ),
    UnsupportedType: Words("只能上传 JPEG、PNG、WebP 格式的照片", "JPEG, PNG and WebP pictures only"),
    Invalid: Words("照片打不开，可能没有传完整，请重新选一次", "A picture is broken or was cut off; take or choose it again"),
}


class PhotoField(NamedTuple):
    """The field of a form in which photos are chosen."""

    label: Words
    hint: Words = HINT
    types: str = ",".join(PHOTO_TYPES)


def files_of(name: str) -> list[FileStorage]:
    """The files in a field of the posted form."""
    # A browser sends an empty part without a name when nothing was chosen.
    return [file for file in flask.request.files.getlist(name) if file.filename]


def digests_of(name: str) -> list[str]:
    """Digests of the files in a field; none of them is decoded."""
    return [digest_of(file.read(LARGEST_PHOTO + 1)) for file in files_of(name)[:MOST_PHOTOS_AT_ONCE]]


def chosen_photos(name: str, charge: Callable[[int], None]) -> tuple[list[Photo], Words | None]:
    """The photos in a field of the posted form, or none of them and what is wrong with one; `charge` counts the work first."""
    files = files_of(name)
    if len(files) > MOST_PHOTOS_AT_ONCE:
        return [], TOO_MANY
    photos: list[Photo] = []
    raws = [file.read(LARGEST_PHOTO + 1) for file in files]
    charge(sum(map(work_of, raws)))
    for raw in raws:
        try:
            photos.append(read_photo(raw))
        except Refusal as error:
            return [], WRONG[type(error)]
    return photos, None
