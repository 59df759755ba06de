"""Reading the texts of opinions, some at a time, after they were taken: which of them say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.intake.domain.comparing import Comparison, Wording
from services.intake.domain.likeness import Numbers, bands, shingles

if TYPE_CHECKING:
    from services.intake.store.wordings import WordingStore


def compare(store: WordingStore, unread: Sequence[Wording]) -> None:
    """Find the group of opinions that are new or have changed, and forget what was kept of those that were erased."""
    changed: list[tuple[int, Numbers, tuple[int, ...]]] = []
    for each in unread:
        if each.is_erased:
            store.forget(each, others=True)
            continue
        found = shingles(each.title, each.content)
        own = bands(found)
        if own == each.bands and not each.afresh:
            store.settle(each.number)
            continue
        if each.bands is not None:
            store.forget(each, others=not each.afresh)
        changed.append((each.number, found, own))
    comparison = Comparison(store.holders(dict.fromkeys(band for _, _, own in changed for band in own)))
    comparison.learn(store.numbered({number for _, _, own in changed for number in comparison.candidates(own)}))
    for number, found, own in changed:
        alike, new = comparison.place(number, found, own)
        store.keep(number, alike, own, new)
