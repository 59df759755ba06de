"""Opinions that routing was not sure of: a person says whose duty they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from services.contracts.errors import NotFound
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Precedent
from services.routing.domain.checks import check_target, with_details
from services.routing.domain.choice import Router
from services.routing.domain.moves import placing

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore


def decide(store: RoutingStore, router: Router, opinion: str, department: str, reason: str, by: str) -> Assignment:
    """Give an opinion that waits to a department; that is a precedent as a ruling is. `by` is the token that decides.

    Returns the lead's assignment. Raises `NotFound` where it does not wait, `Invalid` for an unknown department.
    """
    doubt = store.doubts.find(opinion)
    if doubt is None:
        raise NotFound("No such opinion waits for a decision.")
    check_target(department, store.catalogue, "There is no such department.")
    case = store.case(opinion) or store.open_case(opinion, doubt.message.session)
    text = doubt.message.opinion
    message = msgspec.structs.replace(doubt.message, department=department)
    found = router.belonging(department, text.title, text.content, doubt.learned)
    lead = placing.assign(case, found, message)
    case.publish(*placing.joined_before([each for each in case.assignments if each.opinion == opinion], store.joined.of(opinion)))
    guess = doubt.learned.likely[0].department if doubt.learned.likely else department
    case.rulings.append(Precedent(case.new_id(), lead.id, "review", True, reason, by, store.now, lead.topic, guess, department))
    store.doubts.end(opinion)
    store.save(case)
    return lead


def detail(store: RoutingStore, opinion: str, details: str) -> None:
    """The submitter of an opinion that waits has told more."""
    doubt = store.doubts.find(opinion)
    if doubt is not None:
        text = doubt.message.opinion
        store.doubts.change(msgspec.structs.replace(text, content=with_details(text.content, details)))
