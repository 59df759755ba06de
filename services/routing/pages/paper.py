"""The templates of the pages, and what they call things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from werkzeug.datastructures import ETags

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.words.bilingual import Words, name_of
from services.contracts.words.vocabulary import CO_STATES, STATES
from services.design.phrases import Phrase
from services.design.templates import Templates
from services.routing.app.context import Routing
from services.routing.domain.assignment import Assignment
from services.runtime.store.idempotency import Key
from services.runtime.web.calls import Call

#: What a form brings beside its fields: the version that was read, and what makes a second press the same one.
VERSION: Final = "version"
KEY: Final = "key"
#: Why nothing was done.
CHANGED: Final = Phrase("Somebody else did something with it since you opened it. Look at where it stands now, then send it again.")
NOT_NOW: Final = Phrase("This is not possible as it stands now. What you wrote is still below.")
TEMPLATES = Templates(Path(__file__).parents[1])


def posted(call: Call[Routing], body: object, form: Mapping[str, str]) -> Call[Routing]:
    """A call of the API with what a form says: about the version that was shown, and a second press has the answer of the first."""
    version, key = ETags([form[VERSION]]) if form[VERSION] else None, Key.of(form[KEY], call.caller.principal)
    return replace(call, body=body, if_match=version, idempotency_key=key)


def local(instant: datetime, catalogue: Catalogue) -> datetime:
    """An instant by the clock of the place."""
    return instant.astimezone(catalogue.calendar.zone)


def department_name(code: str, catalogue: Catalogue) -> Words:
    """A department by its names."""
    return name_of(stored.department(catalogue, code))


def standing_of(each: Assignment) -> Words:
    """Where an assignment stands, as it is called for its role."""
    return (STATES if each.is_lead else CO_STATES)[each.state]
