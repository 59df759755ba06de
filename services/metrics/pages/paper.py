"""The templates of the pages, and what they write in their own way."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from services.design.templates import Templates

PART = 8


def in_parts(digits: str) -> Markup:
    """A long number that may be broken between its parts."""
    return Markup("<wbr>").join(digits[start : start + PART] for start in range(0, len(digits), PART))


def code(text: str) -> Markup:
    """Something for programs inside a sentence."""
    return Markup("<code>{}</code>").format(text)


TEMPLATES = Templates(Path(__file__).parents[1], {"in_parts": in_parts}, code=code)
