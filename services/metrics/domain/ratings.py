"""满意度测评: every rating that was given, and which rating of a round it left standing.

Several may rate one reply, and each may revise. What stands for a round is the lowest of the latest ratings of its raters,
until a rating of a later round takes its place: a dissatisfied one does not vanish when the case is reopened. The first rating
of a case stays the first, whatever is done again later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.metrics.domain.story import Fact, Row

ASPECTS = ("result", "process")
#: From the lowest.
ORDER = ("dissatisfied", "basically_satisfied", "satisfied")
RATING_COLUMNS = (
    "id", "assignment", "round", "opinion", "department", "result", "process", "given_at", "standing_result", "standing_process",
    "replaced_at", "is_first",
)  # fmt: skip


def ratings_of(opinion: str, facts: Iterable[Fact], rounds: Sequence[Row]) -> list[Row]:
    """One row for each rating of an assignment, from its facts in order.

    `standing_…` is what the round comes to with it, and `replaced_at` when that ends.
    """
    rows: list[Row] = []
    latest: dict[int, dict[str | None, Row]] = {}
    for fact in facts:
        if fact.type != "opinion.evaluated":
            continue
        number = _round_of(fact, rounds)
        row: Row = {
            "id": fact.id, "assignment": fact.data["assignment"], "round": number, "opinion": opinion,
            "department": _department_of(fact, rounds), "result": fact.data["result"], "process": fact.data.get("process"),
            "given_at": fact.recorded_at, "replaced_at": None, "is_first": False,
        }  # fmt: skip
        if row["department"] is None:
            continue
        raters = latest.setdefault(number, {})
        raters[fact.data.get("rater")] = row
        for aspect in ASPECTS:
            row[f"standing_{aspect}"] = _lowest(each[aspect] for each in raters.values())
        for earlier in rows:
            if earlier["round"] <= number and earlier["replaced_at"] is None:
                earlier["replaced_at"] = fact.recorded_at
        if rows and max(latest) > number:
            row["replaced_at"] = fact.recorded_at
        rows.append(row)
    return rows


def rate_rounds(rounds: Iterable[Row], ratings: Sequence[Row]) -> None:
    """Tell each round when it was rated for the first time."""
    for row in rounds:
        row["evaluated_at"] = next((rating["given_at"] for rating in ratings if rating["round"] == row["round"]), None)


def _lowest(ratings: Iterable[str | None]) -> str | None:
    given = [rating for rating in ratings if rating is not None]
    return min(given, key=ORDER.index) if given else None


def _department_of(fact: Fact, rounds: Sequence[Row]) -> str | None:
    department: str | None = fact.data.get("department") or (rounds[0]["department"] if rounds else None)
    return department


def _round_of(fact: Fact, rounds: Sequence[Row]) -> int:
    if "round" in fact.data:
        return int(fact.data["round"])
    # A rating that does not say speaks of the reply before it; the round it brings about may open at the same instant.
    return next((int(row["round"]) for row in reversed(rounds) if row["opened_at"] < fact.at), 1)
