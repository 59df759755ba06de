"""同一事件: what people tell in different words of one and the same thing, found by the terms that two texts have in common.

The terms of a text are the characters of its title, two to four at a time, and all its words; rare ones weigh more. Two opinions
are near when these agree and the words for what happened agree too, whatever the names in them; in the same area sooner than where
an area is not said. One that shares a place or a polite phrase draws nobody into an incident: of many there, several must be near.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from services.intake.domain.similarity.likeness import plain
from services.intake.domain.similarity.words import BUCKETS, Word, term_of

WINDOW = timedelta(days=90)
#: By how many of its rarest terms a text is found, how many texts are looked up for each, and how many are compared.
CLUES, MOST_CLUED, MOST_COMPARED = 20, 50, 8
#: From which nearness on two tell of the same: in one area, and where an area is not said.
NEAR, NEAR_ANYWHERE = 0.28, 0.36
#: How much the words for what happened count beside all terms.
MATTER = 0.3
#: In how many texts at least terms are weighed, and above which part of them a term says nothing.
FEWEST, COMMON = 50, 0.1
#: To which part of an incident with several texts another one has to be near.
NEAR_TO = 1 / 3
_KEPT = np.dtype([("term", "<u4"), ("count", "u1"), ("matter", "u1")])
Terms = npt.NDArray[np.void]
Numbers = npt.NDArray[np.float64]


def terms_of(title: str, words: Sequence[Word]) -> Terms:
    """The terms of a text, each once, with how often they occur, and which are words for what happened."""
    letters = plain(title)
    counts = Counter(term_of("t", letters[at : at + size]) for size in (2, 3, 4) for at in range(len(letters) - size + 1))
    counts.update(word.term for word in words)
    matters = {word.term for word in words if word.matters}
    terms = np.empty(len(counts), dtype=_KEPT)
    terms["term"] = list(counts)
    terms["count"] = [min(count, 255) for count in counts.values()]
    terms["matter"] = [term in matters for term in counts]
    return terms


def packed(terms: Terms) -> bytes:
    """The terms as they are kept."""
    return terms.tobytes()


def unpacked(kept: bytes) -> Terms:
    """The terms again."""
    return np.frombuffer(kept, dtype=_KEPT)


@dataclass(frozen=True, slots=True)
class Telling:
    """An opinion as one telling of something: of several that say the same only the first is one."""

    number: int
    area: str | None
    at: datetime
    terms: Terms
    incident: int | None = None


class Weights:
    """How much each term says, of how many texts it is in."""

    def __init__(self) -> None:
        self._texts = 0
        self._in: npt.NDArray[np.int32] = np.zeros(BUCKETS, dtype=np.int32)

    def add(self, terms: Terms) -> None:
        """Count a text."""
        self._texts += 1
        self._in[terms["term"]] += 1

    def remove(self, terms: Terms) -> None:
        """Count a text no longer."""
        self._texts -= 1
        self._in[terms["term"]] -= 1

    @property
    def ready(self) -> bool:
        """Whether there are texts enough to tell rare terms from common ones."""
        return self._texts >= FEWEST

    def clues(self, terms: Terms) -> list[int]:
        """The rarest terms of a text that others have too, or may have."""
        wanted = terms["term"]
        said = self._in[wanted]
        order = np.lexsort((wanted, said))
        shared = order[said[order] > 1]
        found: list[int] = wanted[(shared if len(shared) else order)[:CLUES]].tolist()
        return found

    def nearness(self, own: Terms, others: Sequence[Terms]) -> list[float]:
        """How near a text is to each of some others, from 0 to 1. None of them is without terms."""
        every = np.concatenate((own, *others))
        terms, weights = every["term"], self._weights(every)
        # What each term weighs in the text itself, 0 where it is not in it.
        order = np.argsort(own["term"])
        known = own["term"][order]
        at = np.minimum(np.searchsorted(known, terms), len(known) - 1)
        in_own = weights[:, order[at]] * (known[at] == terms)
        starts = np.cumsum([0, len(own), *map(len, others[:-1])])
        lengths = np.add.reduceat(weights * weights, starts, axis=1)
        common = np.add.reduceat(weights * in_own, starts, axis=1)
        product = np.sqrt(lengths[:, :1] * lengths)
        cosines = np.divide(common, product, out=np.zeros_like(common), where=product > 0)
        near: list[float] = ((1 - MATTER) * cosines[0, 1:] + MATTER * cosines[1, 1:]).tolist()
        return near

    def _weights(self, terms: Terms) -> Numbers:
        """What terms weigh, in all and for what happened."""
        said = self._in[terms["term"]]
        tells = (said > 1) & (said < max(2, self._texts * COMMON))
        weights = (1 + np.log(terms["count"])) * np.log((self._texts + 1) / (said + 1)) * tells
        return np.stack((weights, weights * terms["matter"]))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A telling that is near to another one, and how near."""

    telling: Telling
    nearness: float


def near_to(new: Telling, known: Iterable[Telling], weights: Weights, places: Mapping[str, str | None]) -> list[Neighbour]:
    """Which tellings of the last 90 days are of the same thing as a new one; `places` has the area above each."""
    may = [
        each
        for each in known
        if each.number != new.number and abs(new.at - each.at) <= WINDOW and may_be_one_place(new.area, each.area, places)
    ]
    if not may:
        return []
    near = zip(may, weights.nearness(new.terms, [each.terms for each in may]), strict=True)
    return [Neighbour(each, nearness) for each, nearness in near if nearness >= _least(new, each)]


def _least(one: Telling, other: Telling) -> float:
    return NEAR if one.area and one.area == other.area else NEAR_ANYWHERE


def may_be_one_place(one: str | None, other: str | None, places: Mapping[str, str | None]) -> bool:
    """Whether two areas may be one: the same, one of them within the other, or not said."""
    return one is None or other is None or one in _within(other, places) or other in _within(one, places)


def _within(area: str, places: Mapping[str, str | None]) -> list[str]:
    above: list[str] = []
    at: str | None = area
    while at is not None and at not in above:
        above.append(at)
        at = places.get(at)
    return above


def choose(near: Sequence[Neighbour], sizes: Mapping[int, int]) -> Neighbour | None:
    """The telling whose incident a new one joins, or makes one with; `sizes` is how many tellings an incident has."""
    groups: dict[int, list[Neighbour]] = {}
    for each in near:
        groups.setdefault(each.telling.incident or -each.telling.number, []).append(each)
    fitting = [
        max(group, key=lambda each: each.nearness)
        for incident, group in groups.items()
        if len(group) >= _needed(sizes.get(incident, 1))
    ]
    return max(fitting, key=lambda each: each.nearness, default=None)


def _needed(size: int) -> int:
    return 1 if size < 3 else max(2, math.ceil(size * NEAR_TO))
