"""满意度测评: every rating that was given, and which rating of a round it left standing.

Several may rate one reply, and each may revise. What stands for a round is the lowest of the latest ratings of its raters,
until a rating of a later round takes its place: a dissatisfied one does not vanish when the case is reopened. The first rating
of a case stays the first, whatever is done again later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.metrics.domain.history.facts import Fact
from services.metrics.domain.history.rounds import Round

ASPECTS = ("result", "process")
#: From the lowest.
ORDER = ("dissatisfied", "basically_satisfied", "satisfied")


@dataclass
class CountedRating:
    """One rating of one rater. `standing_…` is what its round comes to with it, and `replaced_at` when that ends."""

    id: str
    assignment: str
    round: int
    opinion: str
    department: str
    result: str | None
    process: str | None
    given_at: datetime
    standing_result: str | None = None
    standing_process: str | None = None
    replaced_at: datetime | None = None
    is_first: bool = False

    def stand_with(self, latest: Iterable[CountedRating]) -> None:
        """Settle what the round comes to, from the latest rating of each rater."""
        given = tuple(latest)
        self.standing_result = _lowest(each.result for each in given)
        self.standing_process = _lowest(each.process for each in given)


def ratings_of(opinion: str, facts: Iterable[Fact], rounds: Sequence[Round]) -> list[CountedRating]:
    """The ratings of an assignment, from its facts in order."""
    ratings: list[CountedRating] = []
    latest: dict[int, dict[str | None, CountedRating]] = {}
    for fact in facts:
        if fact.type != "opinion.evaluated":
            continue
        department = fact.department or (rounds[0].department if rounds else "")
        if not department:
            continue
        number = _round_of(fact, rounds)
        rating = CountedRating(fact.id, fact.assignment, number, opinion, department, fact.result, fact.process, fact.recorded_at)
        raters = latest.setdefault(number, {})
        raters[fact.rater] = rating
        rating.stand_with(raters.values())
        for earlier in ratings:
            if earlier.round <= number and earlier.replaced_at is None:
                earlier.replaced_at = fact.recorded_at
        if ratings and max(latest) > number:
            rating.replaced_at = fact.recorded_at
        ratings.append(rating)
    return ratings


def rate_rounds(rounds: Iterable[Round], ratings: Sequence[CountedRating]) -> None:
    """Tell each round when it was rated for the first time."""
    for each in rounds:
        each.evaluated_at = next((rating.given_at for rating in ratings if rating.round == each.round), None)


def _lowest(ratings: Iterable[str | None]) -> str | None:
    given = [rating for rating in ratings if rating is not None]
    return min(given, key=ORDER.index) if given else None


def _round_of(fact: Fact, rounds: Sequence[Round]) -> int:
    if fact.round is not None:
        return fact.round
    # A rating that does not say speaks of the reply before it; the round it brings about may open at the same instant.
    return next((each.round for each in reversed(rounds) if each.opened_at < fact.at), 1)
