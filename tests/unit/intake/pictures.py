"""Pictures as people and attackers send them, made on the spot."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image, PngImagePlugin

#: What nobody wants to find again: where it was taken, by what, and what was hidden in it.
PLANTED = (b"PLANTED-CAMERA", b"PLANTED-COMMENT", b"PLANTED-PROFILE", b"<script>", b"Exif", b"GPS")
SCRIPT = b"<html><script>alert('PLANTED')</script></html>"


def drawing(size: tuple[int, int] = (320, 200), mode: str = "RGB") -> Image.Image:
    """A picture whose left upper quarter is red and whose rest is white, so that one sees which way up it is."""
    image = Image.new("RGB", size, "white")
    image.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))
    return image.convert(mode)


def exif(orientation: int = 1) -> Image.Exif:
    """What a phone notes: the camera, which way it was held, and where on Earth."""
    notes = Image.Exif()
    notes[ExifTags.Base.Make] = "PLANTED-CAMERA"
    notes[ExifTags.Base.Orientation] = orientation
    place = notes.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef], place[ExifTags.GPS.GPSLatitude] = "N", (30.0, 52.0, 12.5)
    place[ExifTags.GPS.GPSLongitudeRef], place[ExifTags.GPS.GPSLongitude] = "E", (120.0, 5.0, 41.0)
    place[ExifTags.GPS.GPSMapDatum] = "GPS PLANTED"
    return notes


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def photo(kind: str = "JPEG", size: tuple[int, int] = (320, 200), orientation: int = 1, **options: Any) -> bytes:
    """A file with all that a camera and a program leave in one."""
    if kind == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "PLANTED-COMMENT")
        options["pnginfo"] = text
    if kind == "JPEG":
        options["comment"] = b"PLANTED-COMMENT"
    return saved(drawing(size), kind, exif=exif(orientation), icc_profile=b"PLANTED-PROFILE", **options)


def polyglot() -> bytes:
    """A good JPEG that is a page too, for a browser that would guess: markup within it and behind its end."""
    return saved(drawing(), "JPEG", comment=SCRIPT, exif=exif()) + SCRIPT


def several_in_one() -> bytes:
    """The JPEG of a phone that keeps two pictures in it."""
    return saved(drawing(), "MPO", save_all=True, append_images=[drawing()])


def bomb(width: int = 20_000, height: int = 20_000) -> bytes:
    """A PNG of a few hundred bytes that would be 400 million pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b""))
    packed = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def webp_bomb() -> bytes:
    """A lossless WebP of a few bytes that says of itself that it is 16383 pixels wide and high."""
    raw = bytearray(saved(drawing((8, 8)), "WEBP", lossless=True))
    sizes = raw.index(b"VP8L") + 9
    raw[sizes : sizes + 4] = (16_382 | 16_382 << 14).to_bytes(4, "little")
    return bytes(raw)


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'


#: The drawing as an iPhone keeps pictures; nothing here can write one.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAZdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAAAERA"
    "AAIAAQAAAAABuwABAAAAAAAAAHEAAgAAAAACLAABAAAAAAAAADQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQAC"
    "AABFeGlmAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAPPAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAA"
    "AAMAAAMAPLoCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwA8oAoIDJZbqSSmubgIaDAgAAADAyAAAAMAIWIAAQAHRAHBcrBiQAAAABNjb2xybmNseAABAA0A"
    "BoAAAAAUaXNwZQAAAAAAAAFAAAAAyAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQAB"
    "AAAArW1kYXQAAABtKAGvGSGklLj3fIU3//ihh/5rWv+vwV4rP8sbL+vm/0/igea3H/L+bT4CHB3wpu3ftD1PjFscCxurIrHdx55mCPypHDtpCJ08uQLc"
    "wBKrO9GayYDRj0GyjB6htAAATcCHAAADAAADAAADAAAaMAAAAAZFeGlmAABNTQAqAAAACAABAQ8AAgAAAA8AAAAaAAAAAFBMQU5URUQtQ0FNRVJBAAA="
)
