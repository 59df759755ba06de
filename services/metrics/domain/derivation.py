"""The rows that follow from the facts of one opinion, whatever the order of their arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter

from services.metrics.domain.days import WorkingDays
from services.metrics.domain.deadlines import deadlines_of
from services.metrics.domain.marks import marks_of
from services.metrics.domain.promises import promises_of
from services.metrics.domain.ratings import rate_rounds, ratings_of
from services.metrics.domain.rounds import DESCRIBED, rounds_of
from services.metrics.domain.story import Fact, Row

DESCRIBING = (
    "opinion.submitted", "opinion.accepted", "opinion.declined", "assignment.created", "assignment.marked", "assignment.raised",
)  # fmt: skip
REVIEWING = ("opinion.accepted", "opinion.declined")
LEAD = "lead"
#: What happened to an opinion beside its assignments, and where the first time is kept.
MILESTONES: Mapping[str, str] = {
    "opinion.returned": "returned_at",
    "opinion.detailed": "detailed_at",
    "opinion.merged": "merged_at",
    "opinion.withdrawn": "withdrawn_at",
}
CASE_COLUMNS = ("id", "department", *DESCRIBED, "recorded_at", "reviewed_at", "decision", *MILESTONES.values())
#: What is said of a case for a time only, and taken from it together.
ON_THE_LIST = ("assignment.created", "assignment.marked")


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from the facts of one opinion: its own row, and those about it in other tables.

    A row, once it follows from some facts, follows from more of them too; only what it says may change.
    """

    case: Row
    rounds: list[Row]
    deadlines: list[Row]
    marks: list[Row]
    ratings: list[Row]
    promises: list[Row]


def derive(opinion: str, facts: Iterable[Fact], days: WorkingDays) -> Derived:
    """The rows of an opinion from its facts in any order."""
    return derive_ordered(opinion, in_order(facts), days)


def derive_ordered(opinion: str, ordered: Sequence[Fact], days: WorkingDays) -> Derived:
    """The rows of an opinion from its facts, which are `in_order`."""
    derived = Derived(case_of(opinion, ordered, days), [], [], [], [], promises_of(opinion, ordered))
    told: dict[str, list[Fact]] = {}
    for fact in ordered:
        if "assignment" in fact.data:
            told.setdefault(fact.data["assignment"], []).append(fact)
    for assignment, own in told.items():
        rounds = rounds_of(assignment, own, derived.case, days)
        ratings = ratings_of(opinion, own, rounds)
        derived.ratings.extend(ratings)
        if rounds:
            rate_rounds(rounds, ratings)
            derived.rounds.extend(rounds)
            derived.deadlines.extend(deadlines_of(rounds, own))
            if rounds[0]["role"] == LEAD:
                derived.marks.extend(marks_of(rounds[0], own))
    _mark_first(derived.ratings, ordered)
    return derived


def _mark_first(ratings: Iterable[Row], ordered: Iterable[Fact]) -> None:
    given = {rating["id"]: rating for rating in ratings}
    first = next((fact.id for fact in ordered if fact.id in given), None)
    if first is not None:
        given[first]["is_first"] = True


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """What each service said in the order in which it said it, and between the two by the clock.

    A clock that was put back does not change what came first: the sequence tells it.
    """
    told: dict[bool, list[Fact]] = {}
    for fact in sorted(facts, key=attrgetter("sequence", "at", "id")):
        told.setdefault(fact.type.startswith("opinion."), []).append(fact)
    merged: list[tuple[datetime, bool, int, str, Fact]] = []
    for by_intake, own in told.items():
        latest = own[0].at
        for fact in own:
            latest = max(latest, fact.at)
            merged.append((latest, not by_intake, fact.sequence, fact.id, fact))
    return [fact for *_, fact in sorted(merged, key=itemgetter(0, 1, 2, 3))]


def case_of(opinion: str, ordered: Iterable[Fact], days: WorkingDays) -> Row:
    """The row of an opinion itself from its facts, which are `in_order`."""
    row: Row = dict.fromkeys(CASE_COLUMNS)
    row["id"] = opinion
    for fact in ordered:
        if fact.type in MILESTONES:
            row[MILESTONES[fact.type]] = row[MILESTONES[fact.type]] or fact.recorded_at
        if fact.type not in DESCRIBING:
            continue
        data = fact.data
        if fact.type == "opinion.submitted":
            if row["submitted_at"] is None:
                # What was told elsewhere before is of the day on which it was told, and known since it was recorded.
                told = data.get("told")
                row["submitted_at"] = datetime.fromisoformat(told) if told else fact.at
                row["recorded_at"] = fact.recorded_at
        elif fact.type == "assignment.created":
            if data["role"] != LEAD:
                continue
            row["department"] = data["department"]
        elif fact.type in REVIEWING and row["reviewed_at"] is None:
            row["reviewed_at"], row["decision"] = fact.recorded_at, data.get("decision", "declined")
        # Who knows later knows better: the review and the routing may correct what the submitter said.
        for name in ("channel", "topic", "area", "station", "level"):
            row[name] = data.get(name) or row[name]
        # A leader that is not named leads no more.
        if fact.type in ON_THE_LIST:
            row["key_case"], row["leader"] = "yes" if data.get("key") else "no", data.get("leader")
    if row["submitted_at"] is not None:
        row["month"] = f"{row['submitted_at'].astimezone(days.zone):%Y-%m}"
    return row
