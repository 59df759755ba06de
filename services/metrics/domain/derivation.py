"""The rows that follow from the facts of one opinion, whatever their order and however often each was heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

DESCRIBING = ("opinion.submitted", "opinion.accepted", "opinion.declined", "assignment.created", "assignment.raised")
LEAD = "lead"
#: What happened to an opinion beside its assignments, and where the first time is kept.
MILESTONES: Mapping[str, str] = {
    "opinion.returned": "returned_at",
    "opinion.detailed": "detailed_at",
    "opinion.merged": "merged_at",
    "opinion.withdrawn": "withdrawn_at",
}
CASE_COLUMNS = ("id", "department", *DESCRIBED, "reviewed_at", "decision", *MILESTONES.values())


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
    """The rows of an opinion from all its facts in any order."""
    ordered = _in_order(facts)
    derived = Derived(_case(opinion, ordered, days), [], [], [], [], promises_of(opinion, ordered))
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
    return derived


def _in_order(facts: Iterable[Fact]) -> list[Fact]:
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


def _case(opinion: str, ordered: Iterable[Fact], days: WorkingDays) -> Row:
    row: Row = dict.fromkeys(CASE_COLUMNS)
    row["id"] = opinion
    for fact in ordered:
        if fact.type in MILESTONES:
            row[MILESTONES[fact.type]] = row[MILESTONES[fact.type]] or fact.at
        if fact.type not in DESCRIBING:
            continue
        data = fact.data
        if fact.type == "opinion.submitted":
            row["submitted_at"] = row["submitted_at"] or fact.at
        elif fact.type == "assignment.created":
            if data["role"] != LEAD:
                continue
            row["department"] = data["department"]
        elif fact.type != "assignment.raised" and row["reviewed_at"] is None:
            row["reviewed_at"], row["decision"] = fact.at, data.get("decision", "declined")
        # Who knows later knows better: the review and the routing may correct what the submitter said.
        for name in ("channel", "topic", "area", "station", "level"):
            row[name] = data.get(name) or row[name]
    if row["submitted_at"] is not None:
        row["month"] = f"{row['submitted_at'].astimezone(days.zone):%Y-%m}"
    return row
