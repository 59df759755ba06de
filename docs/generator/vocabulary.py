"""The page of what codes are called."""

from __future__ import annotations

from docs.generator.product import table
from services.contracts.words.vocabulary import STANDINGS, TABLES

HEADER = ("code", "中文", "English")
INTRODUCTION = (
    "Pages, letters, statistics, reports and the demonstration read these words. Topics, departments, places and the\n"
    "rungs of the ladder are the catalogue's, which names them itself.\n"
)


def vocabulary() -> str:
    """Every code of a closed set in Chinese and English, by what it is of."""
    parts = ["# What codes are called\n", INTRODUCTION]
    for kind, words in TABLES.items():
        parts += [f"## {kind.capitalize()}\n", table(HEADER, [(f"`{code}`", *text) for code, text in words.items()])]
    meanings = [(f"`{state}`", *row.meaning) for state, row in STANDINGS.items()]
    parts += ["## What a state means for the submitter\n", table(HEADER, meanings)]
    return "\n".join(parts)
