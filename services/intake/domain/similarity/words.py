"""The words of a text, cut once for all that is found out about them."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache
from typing import NamedTuple

import rjieba

#: Words and runs of characters are known by these many numbers.
BUCKETS = 1 << 20
#: The longest word that can be counted, and how many words are remembered.
LONGEST, REMEMBERED = 12, 1 << 15
_NO_WORD = re.compile(r"[\W_]+")
_CHINESE = re.compile(rf"[\u4e00-\u9fff]{{1,{LONGEST}}}")
_NAMED = ("nr", "ns", "nt", "nz")
_EMPTY = frozenset("mtxeyup")


class Word(NamedTuple):
    """A word of two characters or more. `term` is its number; `matters`: it says what happened, and is neither a name nor an empty
    word; `is_counted`: it is a Chinese noun and no name of a person."""

    text: str
    term: int
    matters: bool
    is_counted: bool


def words_of(text: str) -> list[Word]:
    """The words of a text in their order; single characters, numbers and punctuation are none."""
    known = [_word(each, tag) for each, tag in rjieba.tag(text) if len(each) > 1]
    return [each for each in known if each is not None]


def term_of(kind: str, run: str) -> int:
    """The number of a run of characters. Words and runs of a title are of different kinds."""
    return zlib.crc32(f"{kind}{run}".encode("utf-8", "surrogatepass")) % BUCKETS


@lru_cache(maxsize=REMEMBERED)
def _word(text: str, tag: str) -> Word | None:
    if text.isdigit() or _NO_WORD.match(text):
        return None
    matters = not tag.startswith(_NAMED) and tag[0] not in _EMPTY and not text.isascii()
    is_counted = (tag == "vn" or tag[0] == "n") and not tag.startswith("nr") and _CHINESE.fullmatch(text) is not None
    return Word(text, term_of("w", text), matters, is_counted)
