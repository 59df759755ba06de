"""Opinions for tests: as they are submitted, as they stand without a store, and as a store has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.contracts.catalogue.model import Catalogue
from services.intake.domain.location import Location
from services.intake.domain.opinion import Opinion
from services.intake.domain.people import Person, RelayStep
from services.intake.domain.submission.submission import Submission, is_let_in_at_once
from services.intake.store.tables import opinions
from services.runtime.clock import ZONE
from services.runtime.store.database import Transaction

FORM = {"title": "河堤塌了一段", "content": "上周大雨后，东街桥下的河堤塌了约三米。"}
MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)


def submission(**fields: Any) -> Submission:
    """What somebody submits, given as in a JSON body; `FORM` where nothing else is given."""
    given: dict[str, Any] = {**FORM, **fields}
    if given.get("submitter"):
        given["submitter"] = Person(**given["submitter"])
    given["cosigners"] = tuple(Person(**each) for each in given.get("cosigners") or ())
    if given.get("relay") is not None:
        given["relay"] = tuple(RelayStep(**each) if isinstance(each, Mapping) else each for each in given["relay"])
    if given.get("location"):
        given["location"] = Location(**given["location"])
    if given.get("submitted_at"):
        given["submitted_at"] = datetime.fromisoformat(given["submitted_at"])
    return Submission(**given)


def opinion(catalogue: Catalogue, opinion_id: str = "o-1", **fields: Any) -> Opinion:
    """A new opinion without a store; what was said of it so far is dropped, so that only what follows is seen."""
    given = submission(**fields)
    automatic = is_let_in_at_once(catalogue, given.channel)
    made = Opinion.submit(given, opinion_id, "0" * 14, MORNING, source=None, automatic=automatic, about={})
    made.events.clear()
    made.timeline.clear()
    return made


def change(work: Transaction, opinion_id: str, **values: Any) -> None:
    """Set columns of a stored opinion, however they would get there."""
    work.execute(opinions.update().where(opinions.c.id == opinion_id).values(**values))
