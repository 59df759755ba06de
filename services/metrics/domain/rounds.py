"""The rounds of an assignment: the first one begins with 交办, each further one with 重办.

What happened counts from when it was recorded, which is what the instants of a row say; how long something took is measured by
when it was said. `opened_at` alone is when the round was opened; it counts from `recorded_at` on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from services.contracts.measures import REPLY_BUCKETS
from services.metrics.domain.story import Fact, Row

if TYPE_CHECKING:
    from services.metrics.domain.days import WorkingDays

#: What is known of an opinion and repeated on its rounds, so that both can be grouped alike.
DESCRIBED = ("topic", "area", "channel", "station", "level", "key_case", "leader", "month", "submitted_at")
ROUND_COLUMNS = (
    "assignment", "round", "opinion", "department", "role", *DESCRIBED, "created_topic", "recorded_at", "opened_at", "opened_on",
    "cause", "superseded_at",
    "ended_at", "released_at", "signed_at", "signed_in_time", "contacted_at", "contacted_in_time", "objected_at", "denied_at",
    "upheld_at", "reply_by", "replied_at", "replied_in_time", "reply_days", "reply_seconds", "reply_bucket", "advised_at",
    "advised_in_time", "evaluated_at", "concluded_at", "concluded_in_time", "outcome", "rated",
)  # fmt: skip
_BLANK: Row = dict.fromkeys(ROUND_COLUMNS)


def rounds_of(assignment: str, own: Sequence[Fact], case: Row, days: WorkingDays) -> list[Row]:
    """One row for each round, oldest first, from the facts of one assignment in order; none before it is heard of."""
    created = next((fact for fact in own if fact.type == "assignment.created"), None)
    if created is None:
        return []
    shared = {"assignment": assignment, "opinion": case["id"], "department": created.data["department"],
              "role": created.data["role"], "created_topic": created.data.get("topic"),
              **{name: case[name] for name in DESCRIBED}}  # fmt: skip
    rounds = [_open_round(shared, 1, created, days)]
    for fact in own:
        if fact.type == "assignment.reopened" and fact.data["round"] > rounds[-1]["round"]:
            rounds[-1]["superseded_at"] = fact.recorded_at
            rounds.append(_open_round(shared, fact.data["round"], fact, days))
        elif fact.type in _EFFECTS:
            _EFFECTS[fact.type](rounds, fact, days)
    return rounds


def _open_round(shared: Mapping[str, object], number: int, opening: Fact, days: WorkingDays) -> Row:
    opened_on = opening.at.astimezone(days.zone).date()
    # Before there were several causes, a round that opened again was one that somebody was dissatisfied with.
    cause = opening.data.get("cause", "dissatisfied") if number > 1 else None
    opened: Row = {"recorded_at": opening.recorded_at, "opened_at": opening.at, "opened_on": opened_on}
    return {**_BLANK, **shared, **opened, "round": number, "cause": cause}


def _signed(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[-1]
    if row["signed_at"] is None:
        row["signed_at"], row["signed_in_time"] = fact.recorded_at, fact.data["on_time"]


def _contacted(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[0]
    if row["contacted_at"] is None:
        row["contacted_at"], row["contacted_in_time"] = fact.recorded_at, fact.data.get("on_time")


def _objected(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    rounds[0]["objected_at"] = rounds[0]["objected_at"] or fact.recorded_at


def _ruled(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    if fact.data["about"] == "objection" and not fact.data["granted"]:
        rounds[0]["denied_at"] = rounds[0]["denied_at"] or fact.recorded_at


def _reassigned(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    rounds[0]["upheld_at"] = rounds[0]["upheld_at"] or fact.recorded_at
    _end(rounds, "ended_at", fact)


def _cancelled(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    # A co-handler whose opinion nobody waited for had its assignment all the same; the others never had anything to answer.
    _end(rounds, "released_at" if fact.data.get("why") == "answered" else "ended_at", fact)


def _end(rounds: list[Row], column: str, fact: Fact) -> None:
    rounds[-1][column] = rounds[-1][column] or fact.recorded_at


def _replied(rounds: list[Row], fact: Fact, days: WorkingDays) -> None:
    row = rounds[-1]
    if row["replied_at"] is None:
        seconds = max(0.0, (fact.at - row["opened_at"]).total_seconds())
        row["replied_at"], row["replied_in_time"] = fact.recorded_at, fact.data["on_time"]
        row["reply_days"] = days.between(row["opened_on"], fact.at.astimezone(days.zone).date())
        row["reply_seconds"], row["reply_bucket"] = seconds, bisect_left(REPLY_BUCKETS, seconds)


def _advised(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[-1]
    if row["advised_at"] is None:
        row["advised_at"], row["advised_in_time"] = fact.recorded_at, fact.data["on_time"]


def _concluded(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[-1]
    if row["concluded_at"] is None:
        row["concluded_at"], row["concluded_in_time"] = fact.recorded_at, fact.data["on_time"]
        row["outcome"], row["rated"] = fact.data["outcome"], fact.data["rated"]


_EFFECTS: Mapping[str, Callable[[list[Row], Fact, WorkingDays], None]] = {
    "assignment.signed": _signed,
    "assignment.progressed": _contacted,
    "assignment.objected": _objected,
    "assignment.ruled": _ruled,
    "assignment.reassigned": _reassigned,
    "assignment.cancelled": _cancelled,
    "assignment.replied": _replied,
    "assignment.advised": _advised,
    "assignment.concluded": _concluded,
}
