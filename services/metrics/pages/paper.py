"""The templates of the pages and their filters."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from services.runtime.web.pages import environment

PART = 8


def minutes(instant: datetime) -> str:
    """An instant for people: local time to the minute, with its offset."""
    return f"{instant:%Y-%m-%d %H:%M} {instant:%z}"


def in_parts(digits: str) -> Markup:
    """A long number that may be broken between its parts."""
    return Markup("<wbr>").join(digits[start : start + PART] for start in range(0, len(digits), PART))


TEMPLATES = environment(Path(__file__).parents[1] / "templates")
TEMPLATES.filters.update(minutes=minutes, in_parts=in_parts)
