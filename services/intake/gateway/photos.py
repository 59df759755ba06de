"""Pictures from outside: every file is decoded and encoded again, so that nothing but its pixels is kept.

What a camera notes beside it (where, when, with what), what a program hid in it and what was appended to it is gone.
"""

from __future__ import annotations

import hashlib
import threading
import warnings
from collections.abc import Mapping
from io import BytesIO

from PIL import ExifTags, Image

from services.contracts.errors import Invalid, TooLarge, Unavailable, UnsupportedType
from services.intake.domain.attaching import LARGEST_KEPT, LARGEST_PHOTO, LONGEST_SIDE, MOST_PIXELS, Photo
from services.intake.gateway.heic import HEIC, as_jpeg

#: How the files of each kind begin; `?` stands for any byte.
_BEGINNINGS: Mapping[str, bytes] = {
    "JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF????WEBP", HEIC: b"????ftyp",
}  # fmt: skip
_OPTIONS: Mapping[str, Mapping[str, int]] = {"JPEG": {"quality": 85}, "PNG": {}, "WEBP": {"quality": 85}}
_TURNS: Mapping[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip
#: A picture of many pixels takes 160 MB while it is drawn, so a process draws one at a time.
_drawing = threading.Lock()
#: How many may wait for that or do it: each has a thread that others need.
_queue = threading.BoundedSemaphore(4)
#: How many pixels are a unit of work.
PIXELS_A_UNIT = 200_000
# Pillow only warns up to twice its own limit; the one here is lower, and looked at before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


def read_photo(raw: bytes) -> Photo:
    """The picture in a JPEG, PNG, WebP or HEIC file: upright, at most `LONGEST_SIDE` wide and high, without anything beside it.

    Raises `TooLarge` for too many bytes or pixels, `UnsupportedType` for anything else, `Invalid` for a broken picture, and
    `Unavailable` while too many others are being read.
    """
    if len(raw) > LARGEST_PHOTO:
        raise TooLarge(f"A photo has at most {LARGEST_PHOTO >> 20} MB. Make it smaller and send it again.")
    kind = _kind_of(raw)
    if kind is None:
        raise UnsupportedType("This is not a JPEG, PNG, WebP or HEIC picture. Save it as one of these and send that.")
    digest = digest_of(raw)
    if not _queue.acquire(blocking=False):
        raise Unavailable("Too many photos are being sent right now. Send it again in a moment.")
    try:
        with _drawing, warnings.catch_warnings():
            # Notes that are not as they should be are warned of, and are thrown away anyway.
            warnings.simplefilter("ignore")
            if kind == HEIC:
                kind, raw = "JPEG", as_jpeg(raw)
            kind, content = _redraw(raw, kind)
    finally:
        _queue.release()
    return Photo(f"image/{kind.lower()}", content, digest)


def digest_of(raw: bytes) -> str:
    """What tells one file from another."""
    return hashlib.sha256(raw).hexdigest()


def work_of(raw: bytes) -> int:
    """How much work a picture would be, by what its head says; nothing for what is refused without decoding it."""
    kind = _kind_of(raw)
    if len(raw) > LARGEST_PHOTO or kind is None:
        return 0
    if kind == HEIC:
        # Its size is known to its decoder alone, which runs in a process of its own.
        return MOST_PIXELS // PIXELS_A_UNIT
    try:
        with Image.open(BytesIO(raw), formats=(kind,)) as image:
            pixels = image.width * image.height
    except Exception:
        return 0
    return pixels // PIXELS_A_UNIT if pixels <= MOST_PIXELS else 0


def _kind_of(raw: bytes) -> str | None:
    """What a file is by its first bytes; its name and its header may say anything."""
    for kind, beginning in _BEGINNINGS.items():
        if len(raw) >= len(beginning) and all(mark in (b"?"[0], byte) for mark, byte in zip(beginning, raw, strict=False)):
            return kind
    return None


def _redraw(raw: bytes, kind: str) -> tuple[str, bytes]:
    try:
        image = Image.open(BytesIO(raw), formats=(kind,))
        if image.width * image.height > MOST_PIXELS:
            raise TooLarge(f"A photo has at most {MOST_PIXELS // 1_000_000} megapixels. Make it smaller and send it again.")
        drawn = _upright(image)
    except TooLarge:
        raise
    except Exception as error:
        # The decoders meet whatever people can make up and raise whatever they run into; none of it is a fault of the product.
        reason = "The picture is broken or was cut off. Take or save it again and send that."
        raise Invalid("The photo cannot be read.", {"file": [reason]}) from error
    return _encode(drawn, kind)


def _upright(image: Image.Image) -> Image.Image:
    # JPEG is decoded small at once where it will be small.
    longest = max(image.size)
    image.draft(None, (image.width * LONGEST_SIDE // longest, image.height * LONGEST_SIDE // longest))
    image.load()
    turn = _TURNS.get(_orientation(image))
    plain = _plain(image)
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return plain.transpose(turn) if turn is not None else plain


def _orientation(image: Image.Image) -> int:
    # Odd notes beside a good picture are no reason to refuse it.
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return 1


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, in one of the ways that all three kinds can keep."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256))
        return image.convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _encode(drawn: Image.Image, kind: str) -> tuple[str, bytes]:
    # What is known beside the pixels (a comment, a colour profile) would be written along.
    drawn.info.clear()
    buffer = BytesIO()
    drawn.save(buffer, kind, **_OPTIONS[kind])
    if kind == "PNG" and buffer.tell() > LARGEST_KEPT:
        return _encode(drawn, "WEBP")
    return kind, buffer.getvalue()
