"""The templates of the pages, and what they call things."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words import Words, name_of
from services.design.templates import Templates

TEMPLATES = Templates(Path(__file__).parents[1])


def local(instant: datetime, catalogue: Catalogue) -> datetime:
    """An instant by the clock of the place."""
    return instant.astimezone(catalogue.calendar.zone)


def department_name(code: str, catalogue: Catalogue) -> Words:
    """A department by its names."""
    return name_of(stored.department(catalogue, code))
