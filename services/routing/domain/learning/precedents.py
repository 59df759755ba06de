"""Rulings as precedents: the nearest by text, and what they say together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from services.routing.domain.learning.features import TermCounts, Weights
from services.routing.domain.learning.ruled import Near, RuledCase

#: Texts as near as this are about the same; as near as `QUOTED`, worth reading.
EQUAL, QUOTED = 0.7, 0.3
#: The number of equal rulings that decide, where this share says the same; a single contrary one does not turn them.
FEWEST, SHARE = 3, 2 / 3
#: The newest rulings that are looked at, and how long the sketch of a text is.
MOST, LENGTH = 5_000, 1_024
#: A text is first compared by a shorter sketch, which is hardly ever wrong by more than the margin.
SHORT, MARGIN = 128, 0.3
Kept = tuple[list[RuledCase], Weights, Weights]


class Precedents:
    """The rulings of an installation, the newest of them. Only sketches of their texts are compared; not safe for two writers."""

    def __init__(self) -> None:
        #: One value, so that a thread that compares while another adds has what belongs together: cases, sketches, short sketches.
        self._kept: Kept = ([], np.zeros((0, LENGTH), np.float32), np.zeros((0, SHORT), np.float32))

    def __len__(self) -> int:
        return len(self._kept[0])

    def add(self, rulings: Sequence[tuple[RuledCase, TermCounts]]) -> None:
        """Take in newer ones, each with the terms of its text."""
        if rulings:
            known, sketches, short = self._kept
            fresh = np.stack([_sketch(text) for _, text in rulings])
            cases = [*known, *(case for case, _ in rulings)]
            self._kept = cases[-MOST:], np.vstack((sketches, fresh))[-MOST:], np.vstack((short, _short(fresh)))[-MOST:]

    def nearest(self, text: TermCounts, most: int = 3, least: float = QUOTED) -> list[Near]:
        """The rulings nearest to a text; of those equally near, the newest first."""
        cases, sketches, short = self._kept
        if not cases:
            return []
        sketch = _sketch(text)
        likely = np.flatnonzero(short @ _short(sketch[None])[0] >= least - MARGIN)
        found = sketches[likely] @ sketch
        order = np.lexsort((-likely, -np.round(found, 3)))[:most]
        return [Near(cases[likely[at]], round(float(found[at]), 3)) for at in order if found[at] >= least]

    def ruled(self, text: TermCounts) -> tuple[str, float, RuledCase] | None:
        """The department that equal cases were ruled to belong to, what share of them, and the newest of them."""
        equal = self.nearest(text, most=50, least=EQUAL)
        if len(equal) < FEWEST:
            return None
        (target, times), *_ = Counter(each.case.belongs for each in equal).most_common(1)
        if times < FEWEST or times / len(equal) < SHARE:
            return None
        return target, times / len(equal), next(each.case for each in equal if each.case.belongs == target)


def _sketch(counted: TermCounts) -> Weights:
    mixed = counted.hashes
    signs = np.where(mixed >> 17 & 1, 1.0, -1.0)
    sketch = np.bincount(mixed % LENGTH, signs * (1 + np.log(counted.counts)), LENGTH).astype(np.float32)
    length = float(np.sqrt(sketch @ sketch))
    made: Weights = sketch / length if length else sketch
    return made


def _short(sketches: Weights) -> Weights:
    """Sketches with neighbouring places added up, which are sketches as well."""
    made: Weights = sketches.reshape(len(sketches), SHORT, -1).sum(2)
    return made
