"""What the pages are printed on: their routes and their templates."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.runtime.http import Routes
from services.runtime.pages import environment


def minutes(instant: datetime) -> str:
    """An instant for people: local time to the minute, with its offset."""
    return f"{instant:%Y-%m-%d %H:%M} {instant:%z}"


routes = Routes()
TEMPLATES = environment(Path(__file__).parents[1] / "templates")
TEMPLATES.filters["minutes"] = minutes
