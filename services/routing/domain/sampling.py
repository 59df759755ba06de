"""回头看: which concluded cases are looked at again. Pure, so that anybody can check a draw."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

#: From how many cases one look-back draws at most, because it keeps their ids, so that the draw can be checked.
LARGEST_POPULATION = 20_000
SAMPLE_SIZE = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """Which cases to check: the given assignments, or `size` of them drawn from a department's (or all) cases of a period."""

    size: int | None = None
    assignments: tuple[str, ...] = ()
    department: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SampleCheck:
    """What was found of one case: whether what was done has held."""

    assignment: str
    held: bool
    note: str


@dataclass(frozen=True, slots=True)
class SampledCase:
    """One case of a sample: where it stands now, and what was found; `held` is None until it has been checked."""

    assignment: str
    opinion: str
    title: str
    department: str
    state: str
    held: bool | None
    note: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """How many cases a look-back has, were checked, and had held."""

    sample: int
    checked: int
    held: int


@dataclass(frozen=True, slots=True)
class Lookback:
    """Concluded cases that are looked at again: drawn with `seed` from `population`, or chosen where there is no seed."""

    id: str
    at: datetime
    by: str
    department: str | None
    since: datetime | None
    until: datetime | None
    size: int
    seed: str | None
    population: Sequence[str]
    cases: Sequence[SampledCase] = ()

    @property
    def found(self) -> Found:
        """What was found of its cases so far."""
        held = [each.held for each in self.cases]
        return Found(len(held), sum(each is not None for each in held), sum(each is True for each in held))


def draw(ids: Iterable[str], size: int, seed: str) -> list[str]:
    """`size` of the ids, or all where there are fewer: those whose SHA-256 of `seed:id` comes first, in that order.

    The same ids in any order and the same seed always give the same draw; without the seed nobody can foretell it.
    """
    return sorted(set(ids), key=lambda each: (hashlib.sha256(f"{seed}:{each}".encode()).digest(), each))[:size]
