"""Whole numbers in texts that somebody sent."""

from __future__ import annotations


def whole_number(text: str, digits: int) -> int | None:
    """The number of a text that has ASCII digits only, and no more than these; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
