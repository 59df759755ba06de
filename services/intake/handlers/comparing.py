"""Reading the texts of opinions, some at a time, after they were taken: which say the same, which tell of the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.domain.similarity.comparing import Comparison, Wording
from services.intake.domain.similarity.incidents import Telling, Weights, choose, near_to
from services.intake.domain.similarity.likeness import Numbers, bands, shingles

if TYPE_CHECKING:
    from services.intake.store.similarity.incidents import IncidentStore
    from services.intake.store.similarity.rising import WordCounts
    from services.intake.store.similarity.wordings import WordingStore


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading takes: where wordings, incidents and the counts of words are kept, the weights of terms, the area above each."""

    wordings: WordingStore
    incidents: IncidentStore
    counts: WordCounts
    weights: Weights
    places: Mapping[str, str | None]


def compare(desk: Desk, unread: Sequence[Wording]) -> None:
    """Find the group and the incident of opinions that are new or have changed; forget what was kept of those that were erased."""
    store = desk.wordings
    changed: list[tuple[Wording, Numbers, tuple[int, ...]]] = []
    for each in unread:
        if each.is_erased:
            _forget(desk, each, others=True)
            desk.counts.count(each, repeats=False)
            continue
        found = shingles(each.title, each.content)
        own = bands(found)
        if own == each.bands and not each.afresh:
            store.settle(each.number)
            desk.counts.count(each, repeats=each.alike != each.number)
            continue
        if each.bands is not None:
            _forget(desk, each, others=not each.afresh)
        changed.append((each, found, own))
    comparison = Comparison(store.holders(dict.fromkeys(band for _, _, own in changed for band in own)))
    comparison.learn(store.numbered({number for _, _, own in changed for number in comparison.candidates(own)}))
    for each, found, own in changed:
        alike, new = comparison.place(each.number, found, own)
        store.keep(each.number, alike, own, new)
        desk.counts.count(each, repeats=alike != each.number)
        if alike == each.number:
            _tell(desk, Telling.of(each.number, each.area, each.at, each.title, each.content))
        else:
            desk.incidents.follow(each.number, alike)
    desk.counts.flush()


def _forget(desk: Desk, known: Wording, *, others: bool) -> None:
    desk.wordings.forget(known, others=others)
    desk.incidents.forget(known.number)


def _tell(desk: Desk, telling: Telling) -> None:
    """Put what is told beside what others told of the same thing."""
    desk.weights.add(telling.terms)
    rarest = desk.weights.clues(telling.terms)
    near = near_to(telling, desk.incidents.clued(rarest), desk.weights, desk.places) if desk.weights.ready else []
    chosen = choose(near, desk.incidents.sizes(each.telling.incident for each in near if each.telling.incident))
    desk.incidents.keep(telling, rarest)
    if chosen is not None:
        desk.incidents.join(telling, chosen.telling)
