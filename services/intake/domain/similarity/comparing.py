"""Which opinions say the same: a text is compared with those that it has bands in common with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from services.intake.domain.erasing import ERASED_TITLE
from services.intake.domain.similarity.incidents import Telling
from services.intake.domain.similarity.likeness import ALIKE, likeness, shingles

#: How many opinions a text is compared with: those with which it has the most bands in common.
MOST_COMPARED = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """An opinion's text and what was found out about it when it was last read: None before that.

    `alike` is the number of the first opinion that says the same, or its own; `counted` what it counts for among the words of its
    week. `afresh`: it has to be compared although its text is the same. `indexed`: staff find it by its words.
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
    indexed: bool = False

    @property
    def is_erased(self) -> bool:
        """Whether nothing of the text is left."""
        return self.title == ERASED_TITLE


@dataclass(frozen=True, slots=True)
class WordingGroup:
    """Where a text belongs: the number of the first one that says the same, or its own, and the bands that it stands for now."""

    alike: int
    stands_for: Sequence[int]


@dataclass(slots=True)
class ReadOpinion:
    """What was found out about a text. Of several that say the same, the first alone is a telling, and its words are counted."""

    wording: Wording
    bands: Sequence[int]
    group: WordingGroup
    telling: Telling | None = None
    counted: str | None = None
    #: Its rarest terms, by which others find it.
    rarest: Sequence[int] = field(default_factory=list)


class Comparison:
    """Finds the group of each of some texts, among those that were read before and one another.

    `holders` are the numbers of the opinions that stand for each band.
    """

    def __init__(self, holders: Mapping[int, Sequence[int]]) -> None:
        self._holders = {band: list(numbers) for band, numbers in holders.items()}
        self._texts: dict[int, tuple[str, str]] = {}
        self._groups: dict[int, int] = {}
        #: The same the other way round.
        self._members: dict[int, set[int]] = {}

    def candidates(self, own: Iterable[int]) -> list[int]:
        """The numbers of the opinions with the most of these bands, those with more of them first."""
        common = Counter(chain.from_iterable(self._holders.get(band, ()) for band in own))
        return sorted(common, key=common.__getitem__, reverse=True)[:MOST_COMPARED]

    def learn(self, read_before: Iterable[Wording]) -> None:
        """Take in the texts of candidates."""
        for each in read_before:
            if each.alike is not None:
                self._note(each, each.alike)

    def place(self, new: Wording, own: Sequence[int]) -> WordingGroup:
        """The group of a text with these bands: that of the first candidate that says the same, or a new one."""
        found = shingles(new.title, new.content)
        near = (each for each in self.candidates(own) if each in self._texts)
        alike = next((self._groups[each] for each in near if likeness(found, shingles(*self._texts[each])) >= ALIKE), new.number)
        members = self._members.get(alike, set())
        stands_for = [band for band in own if members.isdisjoint(self._holders.get(band, ()))]
        self._note(new, alike)
        for band in stands_for:
            self._holders.setdefault(band, []).append(new.number)
        return WordingGroup(alike, stands_for)

    def _note(self, read: Wording, alike: int) -> None:
        self._texts[read.number], self._groups[read.number] = (read.title, read.content), alike
        self._members.setdefault(alike, set()).add(read.number)
