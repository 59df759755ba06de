"""How alike two texts are: shingles of three characters, and sixteen bands by which texts that share many of them are found.

MinHash: of 64 ways to number the shingles each keeps its least number, and four of these make a band. Two texts of which half the
shingles are the same have a band in common with a probability of 0.64, of which four in five are the same, of 0.99.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]
BANDS, ROWS = 16, 4
#: From which part of common shingles on two texts say the same.
ALIKE = 0.5
_SHINGLE = 3
_NO_WORD = re.compile(r"[\W_]+")
_WORD = (1 << 64) - 1


def _constants(count: int, seed: int) -> Iterator[int]:
    """The first numbers of SplitMix64: always the same ones, because bands are kept for years."""
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & _WORD
        mixed = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
        yield mixed ^ (mixed >> 31)


def _numbers(count: int, seed: int, *, odd: bool) -> Numbers:
    return np.array([each | odd for each in _constants(count, seed)], dtype=np.uint64)


_FACTORS, _SHIFTS = _numbers(BANDS * ROWS, 1, odd=True)[:, None], _numbers(BANDS * ROWS, 2, odd=False)[:, None]
_PLACES, _BANDS = _numbers(ROWS, 3, odd=True), _numbers(BANDS, 4, odd=False)
_HALF = np.uint64(32)


def plain(text: str) -> str:
    """The letters and digits of a text, in small letters and of one width."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).lower())


def shingles(title: str, content: str) -> Numbers:
    """The shingles of a text as numbers, each once; case, width, spaces and punctuation make no difference."""
    letters = plain(f"{title}\n{content}").ljust(_SHINGLE, "\0")
    codes: Numbers = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    mixed = codes[:-2] * _PLACES[0] + codes[1:-1] * _PLACES[1] + codes[2:] * _PLACES[2]
    mixed ^= mixed >> _HALF
    return np.unique(mixed * _PLACES[3])


def bands(found: Numbers) -> tuple[int, ...]:
    """The sixteen bands of a text's shingles, as whole numbers of eight bytes."""
    least: Any = (found[None, :] * _FACTORS + _SHIFTS).min(axis=1).reshape(BANDS, ROWS)
    mixed = _BANDS.copy()
    for place in range(ROWS):
        mixed = (mixed ^ least[:, place]) * _PLACES[place]
        mixed ^= mixed >> _HALF
    return tuple(mixed.view(np.int64).tolist())


def likeness(one: Numbers, other: Numbers) -> float:
    """Which part of the shingles of two texts is in both, from 0 to 1."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)
