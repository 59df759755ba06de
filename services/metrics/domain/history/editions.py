"""Editions: what was known of an opinion, and from when to when, so that published figures of the past never change.

Whatever is said of a case counts from the instant at which it was recorded. Most of it only adds to what was known: a row
that says when something happened leaves every earlier answer as it was, and is written over. What would change the past begins
another edition of all rows of the opinion, and the one before is kept with the stretch of time in which it was true: when what
a case is grouped by has changed (its department, level, topic, area, place on the key list, leader and so on), and when a
message arrives after one that was said later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.derivation import Derived, derive, derive_ordered, in_order
from services.metrics.domain.history.facts import Fact
from services.metrics.domain.history.profile import DESCRIBING, profile_of
from services.metrics.domain.sums.contributions import Contribution


@dataclass(frozen=True, slots=True)
class Edition:
    """What was known of an opinion from an instant on; the last edition is open."""

    number: int
    known_from: datetime
    derived: Derived
    known_until: datetime | None = None


@dataclass(slots=True)
class History:
    """One opinion: its facts by message id, and the number and the beginning of the edition that is open (0 for none yet).

    `counted` is what it adds to the kept sums; None for one that is to be derived and counted again. The editions that a move
    comes to are `unsaved` until the store has them.
    """

    opinion: str
    facts: dict[str, Fact] = field(default_factory=dict)
    edition: int = 0
    known_from: datetime | None = None
    counted: Contribution | None = field(default_factory=Contribution)
    unsaved: list[Edition] = field(default_factory=list)

    def add(self, facts: Iterable[Fact], days: WorkingDays) -> None:
        """Take in facts that were recorded together; those that are known already change nothing."""
        added = {fact.id: fact for fact in facts if fact.id not in self.facts}
        if not added:
            return
        known = self.facts
        self.facts = {**known, **added}
        if self.counted is None:
            self.renew(days)
        else:
            self._begin(known, next(iter(added.values())).recorded_at, days)

    @property
    def derived(self) -> Derived | None:
        """What follows from the facts, after a move that changed them."""
        return self.unsaved[-1].derived if self.unsaved else None

    def renew(self, days: WorkingDays) -> list[tuple[datetime, Derived]]:
        """Derive every edition again, as if the facts were recorded once more when they were; returns what was known when."""
        replayed = History(self.opinion)
        editions: dict[int, Edition] = {}
        known: list[tuple[datetime, Derived]] = []
        by_recording = sorted(self.facts.values(), key=attrgetter("recorded_at", "id"))
        for recorded_at, together in groupby(by_recording, key=attrgetter("recorded_at")):
            replayed.add(together, days)
            editions.update((edition.number, edition) for edition in replayed.unsaved)
            known.append((recorded_at, replayed.unsaved[-1].derived))
        self.edition, self.known_from = replayed.edition, replayed.known_from
        self.unsaved = list(editions.values())
        return known

    def _begin(self, known: Mapping[str, Fact], recorded_at: datetime, days: WorkingDays) -> None:
        """Settle which editions are to be written: the open one, behind the one that ends."""
        ordered = in_order(self.facts.values())
        derived = derive_ordered(self.opinion, ordered, days)
        self.unsaved = []
        if self.known_from is None:
            self.edition, self.known_from = self.edition + 1, recorded_at
        elif _changes_the_past(self.opinion, known, ordered, derived, days):
            self.unsaved.append(Edition(self.edition, self.known_from, derive(self.opinion, known.values(), days), recorded_at))
            self.edition, self.known_from = self.edition + 1, recorded_at
        self.unsaved.append(Edition(self.edition, self.known_from, derived))


def _changes_the_past(
    opinion: str, known: Mapping[str, Fact], ordered: Sequence[Fact], derived: Derived, days: WorkingDays
) -> bool:
    size = len(known)
    before = ordered[:size]
    if any(fact.id not in known for fact in before):
        return True
    if not any(fact.type in DESCRIBING for fact in ordered[size:]):
        return False
    return profile_of(opinion, before, days).grouping != derived.profile.grouping
