"""Whole numbers in texts that somebody sent."""

from __future__ import annotations

from typing import Final

MOST_DIGITS: Final = 9


def whole_number(text: str, digits: int) -> int | None:
    """The number of a text that has ASCII digits only, and no more than these; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def typed_number(text: str) -> int | str:
    """The number that somebody has typed into a field, in digits of any script; any other text as it is, and more digits than any
    number of ours has: the field refuses those."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else text
