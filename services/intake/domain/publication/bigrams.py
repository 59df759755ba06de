"""Bigrams: what a text is found by. Chinese has no blanks between words, so every two characters that stand together are a term."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from operator import add

#: Marks a term of a query that stands for all that begin with it.
PREFIX = "*"
LONGEST_QUERY = 100
#: What Chinese texts are punctuated with. Without it most of them are in normal form, which is seen quickly.
MARKS = re.compile(r"[\s，。！？；：、“”‘’（）《》【】…—～!-/:-@\[-`{-~]+")
_RUN = re.compile(r"[^\W_]+")


def bigrams(*texts: str) -> list[str]:
    """The terms under which texts are found, each once; the last character of a run of letters is one of its own."""
    found: set[str] = set()
    for text in texts:
        for run in _runs(text):
            found.update(map(add, run, run[1:]))
            found.add(run[-1])
    return sorted(found)


def terms_of(query: str) -> list[str]:
    """The terms that a text has to have, each once, to be found by a query; none where it has no letter and no digit."""
    return sorted({term for run in _runs(query) for term in (_pairs(run) or [f"{run}{PREFIX}"])})


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


def _runs(text: str) -> Sequence[str]:
    """The runs of letters and digits of a text, folded: full width, half width, capital and small are the same."""
    return _RUN.findall(unicodedata.normalize("NFKC", MARKS.sub(" ", text)).casefold())


def in_text(terms: Iterable[str]) -> str:
    """Terms with blanks between them."""
    return " ".join(terms)
