"""Which opinions say the same: a text is compared with those that it has bands in common with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.erasing import ERASED_TITLE
from services.intake.domain.similarity.likeness import ALIKE, Numbers, likeness, shingles

#: How many opinions a text is compared with: those with which it has the most bands in common.
MOST_COMPARED = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """An opinion's text and what was found out about it when it was last read: None before that.

    `alike` is the number of the first opinion that says the same, or its own; `counted` what it counts for among the words of its
    week. `afresh`: it has to be compared although its text is the same.
    """

    number: int
    opinion: str
    title: str
    content: str
    alike: int | None
    bands: tuple[int, ...] | None
    afresh: bool
    area: str | None
    topic: str | None
    at: datetime
    counted: str | None

    @property
    def is_erased(self) -> bool:
        """Whether nothing of the text is left."""
        return self.title == ERASED_TITLE


@dataclass(frozen=True, slots=True)
class _Compared:
    """A text that others are compared with, and the group of those that say the same as it does."""

    shingles: Numbers
    alike: int


class Comparison:
    """Finds the group of each of some texts, among those that were read before and one another.

    `holders` are the numbers of the opinions that stand for each band.
    """

    def __init__(self, holders: Mapping[int, Sequence[int]]) -> None:
        self._holders = {band: list(numbers) for band, numbers in holders.items()}
        self._known: dict[int, _Compared] = {}

    def candidates(self, own: Iterable[int]) -> list[int]:
        """The numbers of the opinions with the most of these bands."""
        common = Counter(number for band in own for number in self._holders.get(band, ()))
        return [number for number, _ in common.most_common(MOST_COMPARED)]

    def learn(self, read_before: Iterable[Wording]) -> None:
        """Take in the texts of candidates."""
        for each in read_before:
            if each.alike is not None:
                self._known[each.number] = _Compared(shingles(each.title, each.content), each.alike)

    def place(self, number: int, found: Numbers, own: Sequence[int]) -> tuple[int, list[int]]:
        """The group of a text, and which of its `own` bands nobody of that group stands for, so that it does from now on."""
        near = [self._known[each] for each in self.candidates(own) if each in self._known]
        likest, first = max(((likeness(found, each.shingles), -each.alike) for each in near), default=(0.0, 0))
        alike = -first if likest >= ALIKE else number
        new = [band for band in own if not self._is_held(band, alike)]
        self._known[number] = _Compared(found, alike)
        for band in new:
            self._holders.setdefault(band, []).append(number)
        return alike, new

    def _is_held(self, band: int, alike: int) -> bool:
        known = (self._known.get(number) for number in self._holders.get(band, ()))
        return any(each is not None and each.alike == alike for each in known)
