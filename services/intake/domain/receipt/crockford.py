"""Secret codes in Crockford's base 32: they can be read aloud, and one mistyped character is noticed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: Crockford's check symbols: the alphabet and five more, which codes avoid because they are awkward in an address.
CHECK_SYMBOLS = ALPHABET + "*~$=U"
_LOOKALIKES = str.maketrans("OIL", "011")


def draw(random_bits: Callable[[int], int], length: int) -> str:
    """A code of `length` characters of 5 random bits each, the last of which checks the others."""
    shifts = range(5 * (length - 2), -5, -5)
    while True:
        number = random_bits(5 * (length - 1))
        check = number % 37
        if check < len(ALPHABET):
            return "".join([ALPHABET[number >> shift & 31] for shift in shifts]) + ALPHABET[check]


def read(text: str, length: int) -> str | None:
    """The code as it is stored, or None when the text cannot be one. Case, blanks, hyphens, O, I and L do not matter."""
    plain = text.upper().translate(_LOOKALIKES)
    plain = "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")
    if len(plain) != length or not all(symbol in ALPHABET for symbol in plain):
        return None
    number = 0
    for symbol in plain[:-1]:
        number = number * 32 + ALPHABET.index(symbol)
    return plain if CHECK_SYMBOLS[number % 37] == plain[-1] else None
