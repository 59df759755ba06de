"""The templates of the pages, and what several of them need."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import RAISINGS, word
from services.design.templates import Templates

TEMPLATES = Templates(Path(__file__).parents[1])


def rung_name(catalogue: Catalogue, code: str) -> Words:
    """What a rung of the ladder is called."""
    known = stored.found(catalogue.ladder, code)
    return name_of(known) if known else word(RAISINGS, code)


def local(instant: datetime, catalogue: Catalogue) -> datetime:
    """An instant by the clock of the place."""
    return instant.astimezone(catalogue.calendar.zone)
