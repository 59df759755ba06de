"""Text of unknown origin: how it is made fit to be stored, and how it is made fit to be shown on a terminal.

Unicode's categories decide: Cc are control characters (C0, DEL, C1, with ESC among them), Cf are characters without a shape
of their own (zero-width ones, those that turn the direction of writing), Cs are halves of a pair that no encoding knows.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

#: Letters and symbols by category, yet nothing is seen of them: the fillers of Hangul and the empty pattern of Braille.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
#: They join what stands beside them: emoji of several parts, and letters in some scripts. In a longer text they have a use.
JOINERS = "\u200c\u200d"
HIDDEN = ("Cc", "Cf", "Cs")
_BREAKS = re.compile("\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_GAPS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


class _Table(dict[int, str]):
    """What becomes of each character, worked out once for each that is met."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        self[code] = self._rule(chr(code))
        return self[code]


def _shown(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    hidden = letter in BLANKS or unicodedata.category(letter) in (*HIDDEN, "Zl", "Zp")
    return f"<U+{code:04X}>" if hidden else letter


def _without_hidden(letter: str) -> str:
    return "" if unicodedata.category(letter) in HIDDEN else letter


_SHOWN = _Table(_shown)
_SHOWN_LINES = _Table(lambda letter: letter if letter in "\n\t" else _shown(letter))
_DASHES = _Table(lambda letter: "-" if letter == "\u2212" or unicodedata.category(letter) == "Pd" else letter)
_ONE_LINE = _Table(_without_hidden)
_MANY_LINES = _Table(lambda letter: letter if letter in f"\n\t{JOINERS}" else _without_hidden(letter))


def _escaped(letter: str) -> str:
    if letter == "\n" or _shown(letter) == letter:
        return letter
    return json.dumps(letter)[1:-1]


_ESCAPED = _Table(_escaped)


def is_visible(text: str) -> bool:
    """Whether the text has a visible character: a letter, digit or sign. Blanks, zero-width characters and lone accents are not."""
    # Most texts begin with a letter or a digit.
    return (text[:1].isalnum() and text[0] not in BLANKS) or any(
        unicodedata.category(letter)[0] in "LNPS" or unicodedata.category(letter) == "Co" for letter in text if letter not in BLANKS
    )


def one_line(text: str) -> str:
    """A text that has one line, as it is stored: no control, bidirectional or zero-width characters, no outer blanks.

    Line breaks and tabs become a blank. Empty when nothing of the text is visible.
    """
    plain = text if text.isprintable() else _GAPS.sub(" ", text).translate(_ONE_LINE)
    return plain.strip() if is_visible(plain) else ""


def many_lines(text: str) -> str:
    """A longer text as it is stored: lines end with \\n, tabs and joiners stay, what else `one_line` drops is dropped."""
    plain = text if text.isprintable() else _BREAKS.sub("\n", text).translate(_MANY_LINES)
    return plain.strip() if is_visible(plain) else ""


def value(text: str) -> str:
    """A code, number or address in its plain form, whatever keyboard or clipboard it came from.

    Full-width forms become plain ones (NFKC), every dash a hyphen, every gap one blank; nothing invisible is left.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(one_line(unicodedata.normalize("NFKC", text)).translate(_DASHES).split())


def printable(text: str, *, lines: bool = False) -> str:
    """A text fit for a terminal or a log: invisible and control characters are shown as `␛` or `<U+202E>`.

    With `lines`, line breaks and tabs stay what they are.
    """
    return text.translate(_SHOWN_LINES if lines else _SHOWN)


def escape_json(document: str) -> str:
    """JSON with `\\u202e` in place of what a terminal would interpret; its meaning is unchanged."""
    return document.translate(_ESCAPED)
