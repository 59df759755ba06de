"""同一事件: what people tell in different words of one and the same thing, found by the terms that two texts have in common.

The terms of a text are the characters of its title, two to four at a time, and all its words; rare ones weigh more. Two opinions
are near when these agree and the words for what happened agree too, whatever the names in them; in the same area sooner than where
an area is not said. One that shares a place or a polite phrase draws nobody into an incident: of many there, several must be near.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.intake.domain.similarity.likeness import plain
from services.intake.domain.similarity.words import Word, words_of

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
_BUCKETS = 1 << 20
_NAMED = ("nr", "ns", "nt", "nz")
_EMPTY = frozenset("mtxeyup")
_KEPT = np.dtype([("term", "<u4"), ("count", "u1"), ("matter", "u1")])
Terms = npt.NDArray[np.void]
Vector = tuple[npt.NDArray[np.uint32], npt.NDArray[np.float64]]


def terms_of(title: str, words: Sequence[Word]) -> Terms:
    """The terms of a text with how often they occur, and which are words for what happened."""
    letters = plain(title)
    counts = Counter("t" + letters[at : at + size] for size in (2, 3, 4) for at in range(len(letters) - size + 1))
    matters = set()
    for word in words:
        term = "w" + word.text
        counts[term] += 1
        if not word.tag.startswith(_NAMED) and word.tag[0] not in _EMPTY and not word.text.isascii():
            matters.add(term)
    return np.array([(_bucket(term), min(count, 255), term in matters) for term, count in counts.items()], dtype=_KEPT)


def _bucket(term: str) -> int:
    return zlib.crc32(term.encode("utf-8", "surrogatepass")) % _BUCKETS


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

    @classmethod
    def of(cls, number: int, area: str | None, at: datetime, title: str, content: str) -> Telling:
        """An opinion as it is read."""
        return cls(number, area, at, terms_of(title, words_of(f"{title}\n{content}")))


class Weighed(NamedTuple):
    """A text as it is compared: all its terms with what they weigh, and those for what happened."""

    all: Vector
    matter: Vector


class Weights:
    """How much each term says, of how many texts it is in."""

    def __init__(self) -> None:
        self._texts = 0
        self._in: npt.NDArray[np.int64] = np.zeros(_BUCKETS, dtype=np.int64)

    def add(self, terms: Terms) -> None:
        """Count a text."""
        self._texts += 1
        self._in[np.unique(terms["term"])] += 1

    @property
    def ready(self) -> bool:
        """Whether there are texts enough to tell rare terms from common ones."""
        return self._texts >= FEWEST

    def clues(self, terms: Terms) -> list[int]:
        """The rarest terms of a text that others have too, or may have."""
        wanted = np.unique(terms["term"])
        said = self._in[wanted]
        order = np.lexsort((wanted, said))
        shared = order[said[order] > 1]
        return [int(wanted[place]) for place in (shared if len(shared) else order)[:CLUES]]

    def weigh(self, terms: Terms) -> Weighed:
        """A text as it is compared."""
        return Weighed(self._vector(terms), self._vector(terms[terms["matter"] > 0]))

    def nearness(self, one: Weighed, other: Weighed) -> float:
        """How near two texts are, from 0 to 1."""
        return (1 - MATTER) * self._cosine(one.all, other.all) + MATTER * self._cosine(one.matter, other.matter)

    @staticmethod
    def _cosine(one: Vector, other: Vector) -> float:
        (first, weigh_first), (second, weigh_second) = one, other
        _, left, right = np.intersect1d(first, second, assume_unique=True, return_indices=True)
        length = math.sqrt(float(weigh_first @ weigh_first) * float(weigh_second @ weigh_second))
        return float(weigh_first[left] @ weigh_second[right]) / length if length else 0.0

    def _vector(self, terms: Terms) -> Vector:
        known, places = np.unique(terms["term"], return_index=True)
        said, counts = self._in[known], terms["count"][places]
        tells = (said > 1) & (said < max(2, self._texts * COMMON))
        weights = (1 + np.log(counts[tells])) * np.log((self._texts + 1) / (said[tells] + 1))
        return known[tells], weights


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A telling that is near to another one, and how near."""

    telling: Telling
    nearness: float


def near_to(new: Telling, known: Iterable[Telling], weights: Weights, places: Mapping[str, str | None]) -> list[Neighbour]:
    """Which tellings of the last 90 days are of the same thing as a new one; `places` has the area above each."""
    found, own = list[Neighbour](), weights.weigh(new.terms)
    for each in known:
        if each.number == new.number or abs(new.at - each.at) > WINDOW or not may_be_one_place(new.area, each.area, places):
            continue
        nearness = weights.nearness(own, weights.weigh(each.terms))
        if nearness >= (NEAR if new.area and new.area == each.area else NEAR_ANYWHERE):
            found.append(Neighbour(each, nearness))
    return found


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
