"""Cases and assignments for tests of rules: built by hand, without a store."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import OpinionText
from services.routing.domain.case import Case
from services.routing.domain.choice import Router
from services.routing.domain.moves import placing
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Part
from tests.unit.routing.bureau import TOWN, at

NOW = at("2026-11-23T09:30")


def empty_case(catalogue: Catalogue = TOWN, now: datetime = NOW) -> Case:
    """An opinion that nobody has yet; ids are counted."""
    numbers = itertools.count(1)
    return Case("o-1", catalogue, now, lambda: f"id-{next(numbers)}")


def new_case(title: str = "河堤塌了一段", catalogue: Catalogue = TOWN, now: datetime = NOW, **chosen: Any) -> Case:
    """A case as it is when it has just come, with nothing to be published any more."""
    case = empty_case(catalogue, now)
    message = OpinionAccepted(OpinionText("o-1", title, "请修。"), "web", "reviewer", None, **chosen)
    placing.assign(case, Router(catalogue).decide(None, title, "请修。"), message)
    case.events.clear()
    return case


def lead_of(case: Case, **changed: Any) -> Lead:
    """The lead of a case, with these fields changed."""
    lead = case.lead
    assert lead is not None
    for name, value in changed.items():
        setattr(lead, name, value)
    return lead


def new_lead(**changed: Any) -> Lead:
    """The lead's assignment of an ordinary case as it is when it has just come, with these fields changed.

    It has no terms of its own, so that those of the catalogue hold.
    """
    return lead_of(new_case(), **{"terms": None} | changed)


def new_part(handling: str = "joint", **changed: Any) -> Part:
    """An assignment beside the lead of the same case."""
    (part,) = new_case(co_handlers=("schools",), handling=handling).parts
    return replace(part, **{"terms": None} | changed)
