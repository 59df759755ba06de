"""The picture that stands for a public page where its address is shared. A font of the machine's is used, which the image has;
without one the picture has the mark of the site and no words."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

SIZE: Final = (1200, 630)
PAPER, CARD, INK, QUIET, SEAL, PINE, CREAM = "#f7f4ee", "#fffdf9", "#22262a", "#5b625f", "#a8321f", "#11605a", "#fff8ef"
MARGIN, LEFT = 48, 96
MOST_LINES: Final = 3
#: Where systems have letters for Chinese.
FONTS: Final = tuple(
    Path("/usr/share/fonts") / name
    for name in (
        "opentype/noto/NotoSansCJK-Bold.ttc", "opentype/noto/NotoSansCJK-Regular.ttc", "noto-cjk/NotoSansCJK-Bold.ttc",
        "google-noto-cjk/NotoSansCJK-Bold.ttc", "truetype/wqy/wqy-zenhei.ttc", "truetype/wqy/wqy-microhei.ttc",
        "truetype/droid/DroidSansFallbackFull.ttf",
    )
)  # fmt: skip
#: How many pictures are kept, of 15 kB or so each.
MOST_KEPT: Final = 128
#: A word of another script is not parted; Chinese is, anywhere.
_PIECES: Final = re.compile(r"[!-~\u00a1-\u02ff]+|.", re.DOTALL)
_drawing = threading.Lock()


@dataclass(frozen=True, slots=True)
class ShareCard:
    """What a picture tells: what it is about, what else there is to say of that, and of which place it is."""

    title: str
    about: str
    place: str


def usual_font() -> Path | None:
    """A font with Chinese letters, where this machine has one in a usual place."""
    return next((path for path in FONTS if path.is_file()), None)


@lru_cache(MOST_KEPT)
def picture(card: ShareCard, font: Path | None) -> bytes:
    """The picture as PNG. One is drawn at a time."""
    # Imported here, because many processes never draw and it takes memory.
    from PIL import ImageDraw

    with _drawing:
        image = Image.new("RGB", SIZE, PAPER)
        draw = ImageDraw.Draw(image)
        draw.rectangle((0, 0, SIZE[0], 18), fill=SEAL)
        draw.rounded_rectangle((MARGIN, MARGIN + 18, SIZE[0] - MARGIN, SIZE[1] - MARGIN), 24, fill=CARD, outline="#ddd6c9", width=2)
        _mark(draw, LEFT, 440, 104)
        if font is not None:
            _write(draw, card, font)
        written = BytesIO()
        image.quantize(32, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        return written.getvalue()


def _mark(draw: ImageDraw.ImageDraw, left: int, top: int, side: int) -> None:
    """The mark of the site, as `logo.svg` has it."""

    def box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
        unit = side / 64
        return left + x * unit, top + y * unit, left + (x + width) * unit, top + (y + height) * unit

    draw.rounded_rectangle(box(0, 0, 64, 64), side * 13 // 64, fill=SEAL)
    draw.rectangle(box(12.3, 11.8, 39.4, 41.4), outline=CREAM, width=side * 11 // 128)
    draw.rectangle(box(23.5, 23, 17, 18), outline=CREAM, width=side * 5 // 64)


def _write(draw: ImageDraw.ImageDraw, card: ShareCard, font: Path) -> None:
    from PIL import ImageFont

    # The letters of mainland China are the third of those in Noto's collection.
    index = 2 if font.name.startswith("NotoSansCJK") else 0
    large, small = ImageFont.truetype(font, 64, index), ImageFont.truetype(font, 34, index)
    for number, line in enumerate(lines_of(card.title, large, SIZE[0] - 2 * LEFT, MOST_LINES)):
        draw.text((LEFT, 104 + number * 92), line, INK, font=large)
    beside, width = LEFT + 136, SIZE[0] - 2 * LEFT - 136
    for (text, colour), top in zip(((card.about, PINE), (card.place, QUIET)), (446, 498), strict=True):
        for line in lines_of(text, small, width, 1):
            draw.text((beside, top), line, colour, font=small)


def lines_of(text: str, font: ImageFont.FreeTypeFont, width: int, most: int) -> list[str]:
    """A text in a limited number of lines of a width; what does not fit is left out, and the last line says so."""
    pieces = _PIECES.findall("".join(each for each in " ".join(text.split()) if each.isprintable())[: 40 * most])
    lines, line = list[str](), ""
    while pieces:
        piece = pieces.pop(0)
        if font.getlength(line + piece) <= width:
            line += piece
        elif not line:
            # A word that is wider than a line is parted all the same.
            pieces[:0] = [piece[: len(piece) // 2], piece[len(piece) // 2 :]]
        else:
            lines.append(line.strip())
            line, pieces = "", [piece, *pieces]
            if len(lines) == most:
                lines[-1] = f"{lines[-1][:-1]}…"
                return lines
    return [*lines, line.strip()] if line.strip() else lines
