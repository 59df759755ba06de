"""The words of a text, cut and tagged."""

from __future__ import annotations

import re
from dataclasses import dataclass

import rjieba

_NO_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of two characters or more and its part of speech, as the dictionary has it."""

    text: str
    tag: str


def words_of(text: str) -> list[Word]:
    """The words of a text in their order; single characters, numbers and punctuation are none."""
    return [Word(text, tag) for text, tag in rjieba.tag(text) if len(text) >= 2 and not text.isdigit() and not _NO_WORD.match(text)]
