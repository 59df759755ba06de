"""Sheets of codes as PDF: stickers to be cut out, and posters. No font is shipped: the one for Chinese is the reader's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

from services.contracts.words.bilingual import Words
from services.contracts.words.printed import NO_SCANNER, NUMBER, OF_THE_PLACE, SCAN, STEPS
from services.intake.gateway.squares import Squares, squares

FONT: Final = "STSong-Light"
COLUMNS, ROWS = 3, 8
WIDTH, HEIGHT = A4
#: A sticker of the common sheet of 24, and its square code with the quiet zone that scanners need.
STICKER = (70 * mm, 37 * mm)
SQUARE, POSTER_SQUARE = 27 * mm, 120 * mm
Numbered = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on all sheets of a batch: whose place it is, what the codes are put up at, the address before each code."""

    place: Words
    about: Words
    prefix: str


def write_stickers(to: IO[bytes], sheet: Sheet, codes: Iterable[Numbered]) -> int:
    """Write sheets with 24 stickers each; returns how many codes are on them."""
    canvas, waiting, many = _canvas(to), iter(codes), 0
    while page := list(islice(waiting, COLUMNS * ROWS)):
        if not many:
            _sticker_form(canvas, sheet)
        for place, numbered in enumerate(page):
            row, column = divmod(place, COLUMNS)
            _sticker(canvas, sheet, numbered, column * STICKER[0], HEIGHT - (row + 1) * STICKER[1])
        canvas.showPage()
        many += len(page)
    canvas.save()
    return many


def write_posters(to: IO[bytes], sheet: Sheet, codes: Iterable[Numbered]) -> int:
    """Write a page for each code; returns how many."""
    canvas, many = _canvas(to), 0
    for numbered in codes:
        _poster(canvas, sheet, numbered)
        canvas.showPage()
        many += 1
    canvas.save()
    return many


def _canvas(to: IO[bytes]) -> Canvas:
    registerFont(UnicodeCIDFont(FONT))
    return Canvas(to, pagesize=A4, pageCompression=1, lang="zh-CN")


def _sticker_form(canvas: Canvas, sheet: Sheet) -> None:
    """What is the same on every sticker, once."""
    canvas.beginForm("sticker")
    room = STICKER[0] - SQUARE - 10 * mm
    for text, size, height in _sticker_lines(sheet):
        _fitted(canvas, text, SQUARE + 8 * mm, height * mm, size, room)
    canvas.endForm()


def _sticker_lines(sheet: Sheet) -> Iterator[tuple[str, float, float]]:
    yield SCAN.zh, 11, 26.5
    yield SCAN.en, 6.5, 23
    yield sheet.about.zh, 8.5, 17.5
    yield OF_THE_PLACE.zh.format(sheet.place.zh), 6.5, 13.5


def _sticker(canvas: Canvas, sheet: Sheet, numbered: Numbered, left: float, bottom: float) -> None:
    number, code = numbered
    canvas.saveState()
    canvas.translate(left, bottom)
    canvas.doForm("sticker")
    _square(canvas, _squares(sheet, code), code, 4 * mm, 5 * mm, SQUARE)
    canvas.setFont(FONT, 6.5)
    canvas.drawString(SQUARE + 8 * mm, 8.5 * mm, f"{NUMBER.zh.format(number)}  {shown(code)}")
    canvas.restoreState()


def _poster(canvas: Canvas, sheet: Sheet, numbered: Numbered) -> None:
    number, code = numbered
    room = WIDTH - 30 * mm
    _centred(canvas, SCAN.zh, HEIGHT - 40 * mm, 44, room)
    _centred(canvas, SCAN.en, HEIGHT - 51 * mm, 15, room)
    _square(canvas, _squares(sheet, code), code, (WIDTH - POSTER_SQUARE) / 2, HEIGHT - 182 * mm, POSTER_SQUARE)
    _centred(canvas, sheet.about.zh, HEIGHT - 200 * mm, 28, room)
    for place, step in enumerate(STEPS):
        _centred(canvas, f"{place + 1}. {step.zh}", HEIGHT - (216 + 14 * place) * mm, 15, room)
        _centred(canvas, step.en, HEIGHT - (222 + 14 * place) * mm, 9, room)
    _centred(canvas, NO_SCANNER.zh.format(sheet.prefix + code), HEIGHT - 264 * mm, 11, room)
    _centred(canvas, f"{OF_THE_PLACE.zh.format(sheet.place.zh)} · {NUMBER.zh.format(number)}", HEIGHT - 276 * mm, 10, room)


def _squares(sheet: Sheet, code: str) -> Squares:
    return squares(sheet.prefix, "0" * len(code))


def _square(canvas: Canvas, known: Squares, code: str, left: float, bottom: float, size: float) -> None:
    """The square code as a bitmap in the page itself, a bit for each module."""
    bits, modules = known.rows(code).hex(), known.size
    canvas.addLiteral(
        f"q {size:.2f} 0 0 {size:.2f} {left:.2f} {bottom:.2f} cm "
        f"BI /W {modules} /H {modules} /IM true /BPC 1 /D [1 0] /F /AHx ID {bits}> EI Q"
    )


def shown(code: str) -> str:
    """A code in groups, as people read it aloud."""
    return f"{code[:5]}-{code[5:]}"


def _centred(canvas: Canvas, text: str, bottom: float, size: float, room: float) -> None:
    canvas.setFont(FONT, _size(text, size, room))
    canvas.drawCentredString(WIDTH / 2, bottom, text)


def _fitted(canvas: Canvas, text: str, left: float, bottom: float, size: float, room: float) -> None:
    canvas.setFont(FONT, _size(text, size, room))
    canvas.drawString(left, bottom, text)


def _size(text: str, size: float, room: float) -> float:
    """The size of the letters, made smaller where the text would not fit."""
    width = stringWidth(text, FONT, size)
    return size if width <= room else size * room / width
