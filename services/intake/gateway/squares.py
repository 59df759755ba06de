"""Square codes (QR) of many addresses that differ in their last characters alone.

But for a constant, a square code is linear in the bits of its text: error correction is a code over GF(2), and the mask is the same
for all. So the picture of an address is that of another one with, for each bit in which they differ, one and the same pattern
turned over. The patterns are computed once; each further picture takes microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import segno

#: Any mask can be read; looking for the best of the eight takes ten times as long.
MASK = 4


@dataclass(frozen=True, slots=True)
class Squares:
    """The pictures of the addresses that begin with `prefix`, and go on with as many characters as `first`."""

    prefix: str
    first: str
    size: int
    picture: int
    patterns: Sequence[Sequence[int]]

    def of(self, ending: str) -> int:
        """The picture of an address as one number: a bit for each module, dark ones set, row by row from the top left."""
        if len(ending) != len(self.first) or not ending.isascii():
            raise ValueError("an ending of the same length is needed")
        picture = self.picture
        for known, letter, patterns in zip(self.first, ending, self.patterns, strict=True):
            differing = ord(known) ^ ord(letter)
            for bit, pattern in enumerate(patterns):
                if differing >> bit & 1:
                    picture ^= pattern
        return picture

    def rows(self, ending: str) -> bytes:
        """The picture as rows of whole bytes, as PDF wants a bitmap."""
        picture, width = self.of(ending), (self.size + 7) // 8
        spare, full = 8 * width - self.size, (1 << self.size) - 1
        shifts = range(self.size * (self.size - 1), -1, -self.size)
        return b"".join([((picture >> shift & full) << spare).to_bytes(width, "big") for shift in shifts])


@lru_cache(maxsize=8)
def squares(prefix: str, first: str) -> Squares:
    """What is needed for the pictures of all addresses that begin with `prefix`; `first` is the ending of one of them."""
    size, picture = _drawn(prefix, first)
    patterns = []
    for place, letter in enumerate(first):
        turned = (first[:place] + chr(ord(letter) ^ 1 << bit) + first[place + 1 :] for bit in range(7))
        patterns.append(tuple(_drawn(prefix, each)[1] ^ picture for each in turned))
    return Squares(prefix, first, size, picture, tuple(patterns))


def _drawn(prefix: str, ending: str) -> tuple[int, int]:
    code = segno.make((prefix + ending).encode("ascii"), error="m", mode="byte", micro=False, mask=MASK)
    picture = 0
    for row in code.matrix:
        for module in row:
            picture = picture << 1 | module & 1
    return len(code.matrix), picture
