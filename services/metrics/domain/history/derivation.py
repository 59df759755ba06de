"""Deriving the rows of one opinion from its facts, in whatever order they arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter, itemgetter

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.duties import OwedDuty, duties_of
from services.metrics.domain.history.facts import Fact
from services.metrics.domain.history.marks import OnTheList, marks_of
from services.metrics.domain.history.periods import Period, periods_of
from services.metrics.domain.history.profile import LEAD, Profile, profile_of
from services.metrics.domain.history.promises import MadePromise, promises_of
from services.metrics.domain.history.ratings import CountedRating, rate_rounds, ratings_of
from services.metrics.domain.history.rounds import Round, rounds_of

#: How the types of the messages begin that intake numbers.
OF_INTAKE = ("opinion.", "duty.")


@dataclass(slots=True)
class Derived:
    """The rows derived from the facts of one opinion.

    More facts never remove a row; they may change its contents.
    """

    profile: Profile
    rounds: list[Round] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)
    marks: list[OnTheList] = field(default_factory=list)
    ratings: list[CountedRating] = field(default_factory=list)
    promises: list[MadePromise] = field(default_factory=list)
    duties: list[OwedDuty] = field(default_factory=list)


def derive(opinion: str, facts: Iterable[Fact], days: WorkingDays) -> Derived:
    """What follows from the facts of an opinion in any order."""
    return derive_ordered(opinion, in_order(facts), days)


def derive_ordered(opinion: str, ordered: Sequence[Fact], days: WorkingDays) -> Derived:
    """What follows from the facts of an opinion, which are `in_order`."""
    profile = profile_of(opinion, ordered, days)
    derived = Derived(profile, promises=promises_of(opinion, ordered), duties=duties_of(profile, ordered))
    by_assignment: dict[str, list[Fact]] = {}
    for fact in ordered:
        if fact.assignment:
            by_assignment.setdefault(fact.assignment, []).append(fact)
    for own in by_assignment.values():
        rounds = rounds_of(opinion, own, days)
        ratings = ratings_of(opinion, own, rounds)
        derived.ratings.extend(ratings)
        if rounds:
            rate_rounds(rounds, ratings)
            derived.rounds.extend(rounds)
            derived.periods.extend(periods_of(rounds, own))
            if rounds[0].role == LEAD:
                derived.marks.extend(marks_of(opinion, rounds[0].department, own))
    _mark_first(derived.ratings, ordered)
    return derived


def _mark_first(ratings: Iterable[CountedRating], ordered: Iterable[Fact]) -> None:
    given = {rating.id: rating for rating in ratings}
    first = next((fact.id for fact in ordered if fact.id in given), None)
    if first is not None:
        given[first].is_first = True


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts in order: by sequence within a service, by the clock between services.

    So a clock that was set back does not change the order.
    """
    by_source: dict[bool, list[Fact]] = {}
    for fact in sorted(facts, key=attrgetter("sequence", "at", "id")):
        by_source.setdefault(fact.type.startswith(OF_INTAKE), []).append(fact)
    merged: list[tuple[datetime, bool, int, str, Fact]] = []
    for by_intake, own in by_source.items():
        latest = own[0].at
        for fact in own:
            latest = max(latest, fact.at)
            merged.append((latest, not by_intake, fact.sequence, fact.id, fact))
    return [fact for *_, fact in sorted(merged, key=itemgetter(0, 1, 2, 3))]
