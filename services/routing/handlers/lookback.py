"""回头看: concluded cases that are looked at again, and what was found."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.contracts.errors import Conflict, Invalid, NotFound
from services.routing.domain.assignment import Assignment
from services.routing.domain.sampling import LARGEST_POPULATION, SAMPLE_SIZE, Lookback, Sample, SampleCheck, draw
from services.routing.handlers.people import case_of

if TYPE_CHECKING:
    from services.routing.store.cases import RoutingStore


def look_back(store: RoutingStore, sample: Sample, lookback_id: str, by: str) -> Lookback:
    """Draw or take a sample of concluded cases; `by` is the token that asked.

    Raises `Invalid` for an unknown department or an assignment that is no concluded case, `Conflict` when there is nothing to draw.
    """
    if sample.department is not None and sample.department not in store.catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    seed = None if sample.assignments else secrets.token_hex(16)
    population = _chosen(store, sample.assignments) if seed is None else _population(store, sample)
    size = len(population) if seed is None else sample.size or SAMPLE_SIZE
    drawn = population if seed is None else draw(population, size, seed)
    lookback = Lookback(lookback_id, store.now, by, sample.department, sample.since, sample.until, size, seed, population)
    store.lookbacks.add(lookback, drawn)
    return _found(store, lookback_id)


def check(store: RoutingStore, lookback_id: str, found: SampleCheck, by: str) -> Assignment:
    """Record what was found of one case of the sample; what has not held is done again. Returns the case's assignment.

    Raises `NotFound`, `Conflict` when it has been checked already or is not concluded any more.
    """
    _found(store, lookback_id)
    case = case_of(store, found.assignment)
    # Read again, now that the case is held: somebody may have been faster.
    item = next((each for each in _found(store, lookback_id).cases if each.assignment == found.assignment), None)
    if item is None:
        raise NotFound("This assignment is not in the sample of the look-back.")
    if item.held is not None:
        raise Conflict("This case has been checked already in this look-back.")
    lead = case.leading(found.assignment)
    lead.recheck(case, found.held, found.note)
    store.lookbacks.check(lookback_id, found.assignment, found.held, found.note, by)
    store.save(case)
    return lead


def _chosen(store: RoutingStore, assignments: Sequence[str]) -> list[str]:
    concluded = store.lookbacks.concluded_among(assignments)
    others = [each for each in assignments if each not in concluded]
    if others:
        raise Invalid("Name concluded cases only.", {"assignments": [f"not concluded: {', '.join(others)}"]})
    return list(assignments)


def _population(store: RoutingStore, sample: Sample) -> list[str]:
    population = store.lookbacks.concluded(sample.department, sample.since, sample.until, LARGEST_POPULATION + 1)
    if not population:
        raise Conflict("There is no concluded case to look at again.")
    if len(population) > LARGEST_POPULATION:
        raise Invalid("Narrow the period.", {"since": [f"more than {LARGEST_POPULATION} cases were concluded since then"]})
    return population


def _found(store: RoutingStore, lookback_id: str) -> Lookback:
    found = store.lookbacks.find(lookback_id)
    if found is None:
        raise NotFound("There is no such look-back.")
    return found
