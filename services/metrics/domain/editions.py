"""What was known of an opinion, and from when to when: so that a published past never moves.

Whatever is said of a case counts from the instant at which it was recorded. Most of it only adds to what was known: a row
that says when something happened leaves every earlier answer as it was, and is written over. What would change the past begins
another edition of all rows of the opinion, and the one before is kept with the stretch of time in which it was true: when what
a case is grouped by has changed (its department, level, topic, area, place on the key list, leader and so on), and when a
message arrives after one that was said later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.derivation import DESCRIBING, Derived, case_of, derive, derive_ordered, in_order
from services.metrics.domain.rounds import DESCRIBED
from services.metrics.domain.story import Fact

FIRST = 1
#: What statistics are grouped by; a change of it begins another edition.
GROUPED = ("department", *DESCRIBED)


@dataclass(frozen=True, slots=True)
class Edition:
    """The rows of an opinion as they were known from an instant on; the last edition is open."""

    number: int
    known_from: datetime
    rows: Derived
    known_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an opinion: the facts, and the number and the beginning of the edition that is open."""

    facts: tuple[Fact, ...]
    number: int
    known_from: datetime


def renew(opinion: str, known: Known | None, added: Sequence[Fact], days: WorkingDays) -> list[Edition]:
    """The editions to be written when facts are added that were recorded together: the open one, behind the one that ends."""
    recorded_at = added[0].recorded_at
    if known is None:
        return [Edition(FIRST, recorded_at, derive(opinion, added, days))]
    ordered = in_order([*known.facts, *added])
    rows = derive_ordered(opinion, ordered, days)
    if not _changes_the_past(opinion, known, ordered, rows, days):
        return [Edition(known.number, known.known_from, rows)]
    return [
        Edition(known.number, known.known_from, derive(opinion, known.facts, days), recorded_at),
        Edition(known.number + 1, recorded_at, rows),
    ]


def editions_of(opinion: str, facts: Iterable[Fact], days: WorkingDays) -> list[Edition]:
    """Every edition of an opinion, oldest first, as if its facts were recorded once more when they were."""
    known: Known | None = None
    editions: dict[int, Edition] = {}
    for _, together in groupby(sorted(facts, key=attrgetter("recorded_at", "id")), key=attrgetter("recorded_at")):
        added = tuple(together)
        written = renew(opinion, known, added, days)
        editions.update((edition.number, edition) for edition in written)
        known = Known((*(known.facts if known else ()), *added), written[-1].number, written[-1].known_from)
    return list(editions.values())


def _changes_the_past(opinion: str, known: Known, ordered: Sequence[Fact], rows: Derived, days: WorkingDays) -> bool:
    first, before = {fact.id for fact in known.facts}, ordered[: len(known.facts)]
    if any(fact.id not in first for fact in before):
        return True
    if not any(fact.type in DESCRIBING for fact in ordered[len(before) :]):
        return False
    was = case_of(opinion, before, days)
    return any(was[name] != rows.case[name] for name in GROUPED)
