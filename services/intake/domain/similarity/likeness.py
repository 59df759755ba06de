"""How alike two texts are: shingles of three characters, and twenty bands by which texts that share many of them are found.

MinHash: of 80 ways to number the shingles each keeps its least number, and four of these make a band. Two texts of which half the
shingles are the same have a band in common with a probability of 0.72, of which four in five are the same, of 0.99998.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from services.intake.domain.publication.bigrams import MARKS

Numbers = npt.NDArray[np.uint32]
BANDS, ROWS = 20, 4
#: From which part of common shingles on two texts say the same.
ALIKE = 0.5
_SHINGLE = 3
#: How many texts' shingles are remembered: of a wave of one text, all are compared with the same few.
_REMEMBERED = 1024
#: How many texts' bands are remembered: as many as are read together, with room for those that were found out ahead.
_AHEAD = 64
_NO_WORD = re.compile(r"[\W_]+")
_WORD = (1 << 64) - 1


def _constants(count: int, seed: int) -> Iterator[int]:
    """The first numbers of SplitMix64: always the same ones, because bands are kept for years."""
    for _ in range(count):
        seed = (seed + 0x9E3779B97F4A7C15) & _WORD
        mixed = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _WORD
        yield mixed ^ (mixed >> 31)


def _numbers(count: int, seed: int, *, odd: bool) -> npt.NDArray[np.uint64]:
    return np.array([each | odd for each in _constants(count, seed)], dtype=np.uint64)


_HALF = np.uint64(32)
_FACTORS = _numbers(BANDS * ROWS, 7, odd=True).astype(np.uint32)[:, None]
_SHIFTS = _numbers(BANDS * ROWS, 8, odd=False).astype(np.uint32)[:, None]
_PLACES, _BANDS = _numbers(ROWS, 3, odd=True), _numbers(BANDS, 4, odd=False)


def plain(text: str) -> str:
    """The letters and digits of a text, in small letters and of one width."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", MARKS.sub("", text)).lower())


@lru_cache(maxsize=_REMEMBERED)
def shingles(title: str, content: str) -> Numbers:
    """The shingles of a text as numbers, each once; case, width, spaces and punctuation make no difference."""
    letters = plain(f"{title}\n{content}").ljust(_SHINGLE, "\0")
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    mixed = codes[:-2] * _PLACES[0] + codes[1:-1] * _PLACES[1] + codes[2:] * _PLACES[2]
    mixed ^= mixed >> _HALF
    numbers = np.sort((mixed * _PLACES[3] >> _HALF).astype(np.uint32))
    # Not numpy's own `unique`, which loads its masked arrays for nothing.
    found: Numbers = numbers[np.concatenate(([True], numbers[1:] != numbers[:-1]))]
    found.setflags(write=False)
    return found


def bands(found: Numbers) -> tuple[int, ...]:
    """The twenty bands of a text's shingles, as whole numbers of eight bytes."""
    least: Any = (found[None, :] * _FACTORS + _SHIFTS).min(axis=1).astype(np.uint64).reshape(BANDS, ROWS)
    mixed = _BANDS.copy()
    for place in range(ROWS):
        mixed = (mixed ^ least[:, place]) * _PLACES[place]
        mixed ^= mixed >> _HALF
    return tuple(mixed.view(np.int64).tolist())


@lru_cache(maxsize=_AHEAD)
def bands_of(title: str, content: str) -> tuple[int, ...]:
    """The bands of a text."""
    return bands(shingles(title, content))


def likeness(one: Numbers, other: Numbers) -> float:
    """Which part of the shingles of two texts is in both, from 0 to 1."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)
