"""回头看: concluded cases that are looked at again, and what was found."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.lifecycle import Move, State, advance
from services.contracts.messages.assignments import AssignmentRechecked
from services.routing import domain
from services.routing.domain import LARGEST_POPULATION, SAMPLE_SIZE, Sample, SampleCheck
from services.routing.handlers.assigning import Row
from services.routing.handlers.closing import reopen
from services.routing.handlers.finding import known

if TYPE_CHECKING:
    from services.routing.store import RoutingStore


def look_back(store: RoutingStore, catalogue: Catalogue, sample: Sample, lookback_id: str, by: str) -> Row:
    """Draw or take a sample of concluded cases; `by` is the token that asked. Returns the look-back with its sample.

    Raises `Invalid` for an unknown department or an assignment that is no concluded case, `Conflict` when there is nothing to draw.
    """
    if sample.department is not None and sample.department not in catalogue.departments:
        raise Invalid("Name a department of the catalogue.", {"department": ["There is no such department."]})
    seed = None if sample.assignments else secrets.token_hex(16)
    population = _chosen(store, sample.assignments) if seed is None else _population(store, sample)
    size = len(population) if seed is None else sample.size or SAMPLE_SIZE
    drawn = population if seed is None else domain.draw(population, size, seed)
    row = {
        "id": lookback_id, "at": store.now, "by": by, "department": sample.department, "since": sample.since,
        "until": sample.until, "size": size, "seed": seed, "population": list(population),
    }  # fmt: skip
    store.lookbacks.add(row, drawn)
    return _found(store, lookback_id)


def check(store: RoutingStore, catalogue: Catalogue, lookback_id: str, found: SampleCheck, by: str) -> State:
    """Record what was found of one case of the sample; what has not held is done again. Returns the state of the case.

    Raises `NotFound`, `Conflict` when it has been checked already or is not concluded any more.
    """
    _found(store, lookback_id)
    row = known(store.assignment(found.assignment))
    item = store.lookbacks.item(lookback_id, found.assignment)
    if item is None:
        raise NotFound("This assignment is not in the sample of the look-back.")
    if item["held"] is not None:
        raise Conflict("This case has been checked already in this look-back.")
    state = advance(State(row["state"]), Move.RECHECK)
    store.lookbacks.check(lookback_id, found.assignment, found.held, found.note, by)
    store.publish_case(row["opinion"], AssignmentRechecked(row["id"], row["department"], found.held, found.note))
    if found.held:
        return state
    reopen(store, catalogue, row, found.note, "look_back")
    return advance(state, Move.REOPEN)


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


def _found(store: RoutingStore, lookback_id: str) -> Row:
    found = store.lookbacks.find(lookback_id)
    if found is None:
        raise NotFound("There is no such look-back.")
    return found
