"""Of a picture from outside only the picture is kept; what is none, is broken or would not fit into memory is refused."""

from __future__ import annotations

import resource
import struct
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.contracts.errors import Invalid, Refusal, TooLarge, UnsupportedType
from services.intake.domain.attaching import LARGEST_KEPT, LARGEST_PHOTO, LONGEST_SIDE
from services.intake.gateway.photos import read_photo
from tests.unit.intake.pictures import HEIC, PLANTED, SVG, bomb, drawing, exif, photo, polyglot, saved, several_in_one, webp_bomb

KINDS = ("JPEG", "PNG", "WEBP")
#: Where the red corner is when a picture was taken with the camera held so.
UPRIGHT = dict(enumerate(("left top", "right top", "right bottom", "left bottom") * 2, 1))
OTHERS = {
    "nothing": b"", "one byte": b"\xff", "SVG": SVG, "PDF": b"%PDF-1.7", "page": b"<html>",
    "sound": b"RIFF0000WAVE", "head": b"GIF89a",
    **{kind: saved(drawing(), kind) for kind in ("GIF", "BMP", "TIFF")},
}  # fmt: skip


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def red_corner(image):
    """Where the red quarter of the drawing is now."""
    plain = image.convert("RGB")
    for side, x in (("left", plain.width // 4), ("right", 3 * plain.width // 4)):
        for height, y in (("top", plain.height // 4), ("bottom", 3 * plain.height // 4)):
            red, green, _ = plain.getpixel((x, y))
            if red > 200 and green < 60:
                return f"{side} {height}"
    return "nowhere"


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_noted_and_hidden_in_it_is_gone_and_the_picture_is_there(kind):
    raw = photo(kind)
    before = opened(raw)
    assert before.getexif().get_ifd(0x8825), "the place is in what is sent"
    assert before.info.get("icc_profile") == b"PLANTED-PROFILE"
    kept = read_photo(raw)
    after = opened(kept.content)
    assert (kept.type, after.format, after.size) == (f"image/{kind.lower()}", kind, (320, 200))
    assert red_corner(after) == "left top"
    assert [mark for mark in PLANTED if mark in kept.content] == []
    assert dict(after.getexif()) == {}
    assert not {"exif", "icc_profile", "comment", "xmp", "Comment"} & after.info.keys()


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_picture_is_turned_as_the_camera_was_held(orientation):
    after = opened(read_photo(photo(orientation=orientation)).content)
    assert after.size == ((200, 320) if orientation > 4 else (320, 200))
    assert red_corner(after) == UPRIGHT[orientation]


def test_a_page_within_and_behind_a_picture_is_gone():
    raw = polyglot()
    assert raw.count(b"<script>") == 2
    kept = read_photo(raw)
    assert b"script" not in kept.content
    assert kept.content.endswith(b"\xff\xd9")


@pytest.mark.slow
@pytest.mark.parametrize(("size", "kept"), [((8000, 5000), (2560, 1600)), ((3000, 6000), (1280, 2560)), ((2560, 10), (2560, 10))])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_picture_becomes_as_large_as_is_useful(kind, size, kept):
    after = opened(read_photo(saved(drawing(size), kind)).content)
    assert (max(after.size), after.size) == (min(max(size), LONGEST_SIDE), kept)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "I;16"])
def test_every_way_to_keep_colours_is_read(mode):
    image = Image.new("I;16", (64, 64), 40_000) if mode == "I;16" else drawing((64, 64), "L" if mode == "PA" else mode)
    raw = saved(image, "PNG", **({"transparency": 0} if mode == "PA" else {}))
    after = opened(read_photo(raw).content)
    assert after.size == (64, 64)
    if mode == "I;16":
        assert after.getpixel((1, 1)) == 40_000 // 256


def test_a_jpeg_in_the_colours_of_print_is_read():
    assert opened(read_photo(saved(drawing(mode="CMYK"), "JPEG")).content).mode == "RGB"


def test_of_several_pictures_in_a_file_the_first_is_kept():
    assert opened(several_in_one()).format == "MPO"
    kept = read_photo(several_in_one())
    assert (kept.type, opened(kept.content).format) == ("image/jpeg", "JPEG")
    moving = saved(drawing(), "WEBP", save_all=True, append_images=[drawing(mode="L").convert("RGB")])
    assert getattr(opened(read_photo(moving).content), "n_frames", 1) == 1


@pytest.mark.slow
def test_a_picture_that_would_be_stored_too_large_is_stored_smaller():
    noise = Image.effect_noise((2000, 1500), 200)
    colours = Image.merge("RGB", [noise, noise.rotate(90, expand=False), noise.rotate(180)])
    raw = saved(colours.quantize(16), "PNG")
    assert len(raw) < LARGEST_PHOTO
    assert len(read_photo(raw).content) <= LARGEST_KEPT


def test_odd_notes_are_no_reason_to_refuse_a_good_picture():
    raw = saved(drawing(), "JPEG", exif=b"Exif\0\0" + b"MM\0*\xff\xff\xff\xff" + bytes(20))
    assert red_corner(opened(read_photo(raw).content)) == "left top"


@pytest.mark.parametrize("raw", OTHERS.values(), ids=OTHERS.keys())
def test_what_is_no_picture_of_the_three_kinds_is_refused(raw):
    with pytest.raises(UnsupportedType, match="JPEG, PNG, WebP or HEIC"):
        read_photo(raw)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_was_cut_off_is_refused(kind):
    raw = saved(drawing((640, 480)), kind, exif=exif())
    with pytest.raises(Invalid) as refused:
        read_photo(raw[: len(raw) * 2 // 3])
    assert "file" in refused.value.errors


BOMBS = {"square": bomb(), "a line": bomb(50_000_001, 1), "the most": bomb(2**31 - 1, 2**31 - 1), "WebP": webp_bomb()}


@pytest.mark.parametrize("raw", BOMBS.values(), ids=BOMBS.keys())
def test_a_small_file_that_would_be_a_huge_picture_is_refused_before_it_is_one(raw):
    assert len(raw) < 1000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge, match="50 megapixels"):
        read_photo(raw)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "kilobytes"


def test_a_file_of_more_bytes_than_are_taken_is_refused_unread():
    with pytest.raises(TooLarge, match="25 MB"):
        read_photo(bytes(LARGEST_PHOTO + 1))


@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=20),
    st.integers(0, 99),
)
def test_whatever_bytes_come_the_answer_is_a_picture_or_a_refusal(kind, changes, cut):
    raw = bytearray(photo(kind, (48, 32)))
    for place, value in changes:
        raw[place % len(raw)] = value
    try:
        kept = read_photo(bytes(raw[: len(raw) * (100 - cut) // 100]))
    except Refusal:
        return
    assert opened(kept.content).format == kept.type.removeprefix("image/").upper()


@pytest.mark.slow
def test_a_picture_of_an_iphone_is_kept_as_jpeg_and_its_decoder_runs_elsewhere():
    kept = read_photo(HEIC)
    after = opened(kept.content)
    assert (kept.type, after.format, after.size, red_corner(after)) == ("image/jpeg", "JPEG", (320, 200), "left top")
    assert b"PLANTED" in HEIC
    assert [mark for mark in PLANTED if mark in kept.content] == []
    assert "pi_heif" not in sys.modules


@pytest.mark.slow
@pytest.mark.parametrize("raw", [HEIC[:300], HEIC[:20] + b"\xff" * 4_000, b"\0\0\0\x18ftypheic"])
def test_a_broken_one_is_refused_and_harms_nothing(raw):
    with pytest.raises(Invalid):
        read_photo(raw)


@pytest.mark.slow
def test_too_many_pixels_are_refused_before_they_are_decoded():
    size = struct.pack(">II", 320, 200)
    assert HEIC.count(size) == 1
    with pytest.raises(TooLarge):
        read_photo(HEIC.replace(size, struct.pack(">II", 30_000, 20_000)))
