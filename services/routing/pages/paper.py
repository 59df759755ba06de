"""The templates of the pages, and what they call things."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CO_STATES, STATES
from services.design.phrases import Phrase
from services.design.templates import Templates
from services.routing.domain.assignment import Assignment

#: Why nothing was done.
CHANGED: Final = Phrase("Somebody else did something with it since you opened it. Look at where it stands now, then send it again.")
NOT_NOW: Final = Phrase("This is not possible as it stands now. What you wrote is still below.")
TEMPLATES = Templates(Path(__file__).parents[1])


def local(instant: datetime, catalogue: Catalogue) -> datetime:
    """An instant by the clock of the place."""
    return instant.astimezone(catalogue.calendar.zone)


def department_name(code: str, catalogue: Catalogue) -> Words:
    """A department by its names."""
    return name_of(stored.department(catalogue, code))


def standing_of(each: Assignment) -> Words:
    """Where an assignment stands, as it is called for its role."""
    return (STATES if each.is_lead else CO_STATES)[each.state]
