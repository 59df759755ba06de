"""Putting tellings together to incidents, several at a time: each is compared with those before it, and with one another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from services.intake.domain.similarity.incidents import MOST_CLUED, MOST_COMPARED, Telling, Weights, choose, near_to


class Gathering:
    """Some new tellings beside what is known of others. `clued` are the latest tellings with each term among their rarest ones."""

    def __init__(self, clued: Mapping[int, Sequence[int]]) -> None:
        self._clued = {term: list(numbers) for term, numbers in clued.items()}
        self._known: dict[int, Telling] = {}
        self._sizes: dict[int, int] = {}

    def candidates(self, new: Telling, rarest: Sequence[int]) -> list[int]:
        """The tellings that have the most of its rarest terms among theirs; later ones may find this one by them too."""
        common = Counter(chain.from_iterable(self._clued.get(term, ())[-MOST_CLUED:] for term in rarest))
        for term in rarest:
            self._clued.setdefault(term, []).append(new.number)
        return [number for number, _ in common.most_common(MOST_COMPARED)]

    def learn(self, known: Iterable[Telling], sizes: Mapping[int, int]) -> None:
        """Take in candidates, and how many tellings their incidents have."""
        self._known |= {each.number: each for each in known}
        self._sizes |= sizes

    def join(
        self, new: Telling, candidates: Sequence[int], weights: Weights, places: Mapping[str, str | None], make: Callable[[], int]
    ) -> dict[int, int]:
        """The incident of a telling and of the one that it joins, by their numbers, if it tells of the same as one does.

        `make` makes an incident.
        """
        near = near_to(new, [self._known[each] for each in candidates if each in self._known], weights, places)
        self._known[new.number] = new
        chosen = choose(near, self._sizes)
        if chosen is None:
            return {}
        other, incident = chosen.telling, chosen.telling.incident
        joining = [new]
        if incident is None:
            incident = make()
            joining.append(other)
        for each in joining:
            self._known[each.number] = replace(each, incident=incident)
        self._sizes[incident] = self._sizes.get(incident, 0) + len(joining)
        return {each.number: incident for each in joining}
