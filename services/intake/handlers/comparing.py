"""Reading the texts of opinions, some at a time, after they were taken: which say the same, which tell of the same thing, and by
which words staff find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.domain.publication.searchable import staff_terms
from services.intake.domain.similarity.comparing import Comparison, ReadOpinion, Wording
from services.intake.domain.similarity.gathering import Gathering
from services.intake.domain.similarity.incidents import Telling, Weights, terms_of
from services.intake.domain.similarity.likeness import bands_of
from services.intake.domain.similarity.rising import told_by
from services.intake.domain.similarity.words import words_of

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


def look_at(title: str, content: str) -> None:
    """Find out what a text alone tells, which `compare` needs: it is remembered for a moment."""
    bands_of(title, content)
    staff_terms(title, content)


def compare(desk: Desk, unread: Sequence[Wording]) -> None:
    """Find the group and the incident of opinions that are new or have changed; forget what was kept of those that were erased."""
    desk.wordings.index([each for each in unread if not each.indexed and not each.is_erased])
    found = [(each, bands_of(each.title, each.content)) for each in unread]
    read = _grouped(desk, [(each, own) for each, own in found if not _is_dealt_with(desk, each, own)])
    for each in read:
        _cut(desk, each)
    joined = _gathered(desk, read)
    for each in read:
        desk.wordings.keep(each)
        desk.incidents.keep(each)
    desk.incidents.join(joined)
    for each in read:
        if each.telling is None:
            desk.incidents.follow(each.wording.number, each.group.alike)
    desk.counts.flush()
    desk.incidents.dissolve()


def _is_dealt_with(desk: Desk, each: Wording, own: tuple[int, ...]) -> bool:
    """Whether nothing of a text is to be compared: it was erased, or says what it said before."""
    if each.is_erased:
        _forget(desk, each, others=True)
        desk.counts.recount(each, None)
        return True
    if own == each.bands and not each.afresh:
        desk.wordings.settle(each.number)
        told = None if each.alike != each.number else told_by(words_of(each.title), words_of(each.content))
        desk.counts.recount(each, told)
        return True
    if each.bands is not None:
        _forget(desk, each, others=not each.afresh)
    return False


def _forget(desk: Desk, known: Wording, *, others: bool) -> None:
    desk.wordings.forget(known, others=others)
    for terms in desk.incidents.forget(known.number):
        desk.weights.remove(terms)


def _grouped(desk: Desk, changed: Sequence[tuple[Wording, tuple[int, ...]]]) -> list[ReadOpinion]:
    store = desk.wordings
    comparison = Comparison(store.holders({band for _, own in changed for band in own}))
    comparison.learn(store.numbered({number for _, own in changed for number in comparison.candidates(own)}))
    return [ReadOpinion(each, own, comparison.place(each, own)) for each, own in changed]


def _cut(desk: Desk, read: ReadOpinion) -> None:
    """Cut a text into words, once for all that they are for."""
    wording, told = read.wording, None
    if read.group.alike == wording.number:
        title, content = words_of(wording.title), words_of(wording.content)
        told = told_by(title, content)
        read.telling = Telling(wording.number, wording.area, wording.at, terms_of(wording.title, [*title, *content]))
        desk.weights.add(read.telling.terms)
    read.counted = desk.counts.count(wording, told)


def _gathered(desk: Desk, read: Sequence[ReadOpinion]) -> dict[int, int]:
    """The incidents of tellings by their numbers, where they tell of the same as others."""
    told = [(each, each.telling) for each in read if each.telling is not None]
    for each, telling in told:
        each.rarest = desk.weights.clues(telling.terms)
    if not desk.weights.ready:
        return {}
    gathering = Gathering(desk.incidents.clued({term for each, _ in told for term in each.rarest}))
    near = [gathering.candidates(telling, each.rarest) for each, telling in told]
    known = desk.incidents.told({number for each in near for number in each}.difference(telling.number for _, telling in told))
    gathering.learn(known, desk.incidents.sizes({each.incident for each in known if each.incident is not None}))
    joined: dict[int, int] = {}
    for (_, telling), candidates in zip(told, near, strict=True):
        joined |= gathering.join(telling, candidates, desk.weights, desk.places, desk.incidents.make)
    return joined
