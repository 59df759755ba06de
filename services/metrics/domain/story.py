"""What the messages of one opinion leave behind, and the rows that follow from it.

The facts of an opinion are a set keyed by message id, and the rows are derived from the whole set. So it does not matter
in which order messages come, or how often.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeAlias

import orjson

from services.contracts.envelope import Event
from services.contracts.measures import REPLY_BUCKETS
from services.contracts.worktime import Calendar
from services.metrics.domain.deadlines import deadlines_of

Row: TypeAlias = dict[str, Any]

#: What is kept of each message that tells about an opinion. The last word of a path names it in the fact.
KEPT: Mapping[str, tuple[str, ...]] = {
    "opinion.submitted": ("channel", "topic", "area", "station"),
    "opinion.accepted": ("channel", "decision", "topic", "opinion.area", "opinion.station"),
    "opinion.returned": (),
    "opinion.declined": ("topic",),
    "opinion.detailed": (),
    "opinion.merged": (),
    "opinion.withdrawn": (),
    "opinion.evaluated": ("assignment", "result", "process"),
    "assignment.created": (
        "assignment", "department", "role", "deadlines", "opinion.topic", "opinion.area", "opinion.station",
    ),
    "assignment.signed": ("assignment", "on_time"),
    "assignment.objected": ("assignment",),
    "assignment.ruled": ("assignment", "about", "granted"),
    "assignment.reassigned": ("assignment",),
    "assignment.extended": ("assignment", "deadlines"),
    "assignment.paused": ("assignment",),
    "assignment.resumed": ("assignment", "deadlines"),
    "assignment.cancelled": ("assignment",),
    "assignment.replied": ("assignment", "on_time"),
    "assignment.reopened": ("assignment", "round", "deadlines"),
    "assignment.concluded": ("assignment", "on_time", "outcome", "rated"),
}  # fmt: skip
_READERS: Mapping[str, tuple[tuple[str, Callable[[Any], Any]], ...]] = {
    kind: tuple((path.rpartition(".")[2], attrgetter(path)) for path in paths) for kind, paths in KEPT.items()
}
DESCRIBING = ("opinion.submitted", "opinion.accepted", "opinion.declined", "assignment.created")
LEAD = "lead"
#: What happened to an opinion beside its assignments, and where the first time is kept.
MILESTONES: Mapping[str, str] = {
    "opinion.returned": "returned_at",
    "opinion.detailed": "detailed_at",
    "opinion.merged": "merged_at",
    "opinion.withdrawn": "withdrawn_at",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One message, reduced to what counts. `data` has no entries that are empty; instants in it are RFC 3339 texts."""

    id: str
    type: str
    at: datetime
    sequence: int
    data: Mapping[str, Any]


def fact_of(event: Event) -> Fact | None:
    """What an event leaves in its opinion's story; None for a type that tells nothing to count there."""
    readers = _READERS.get(event.type)
    if readers is None:
        return None
    data = {name: value for name, read in readers if (value := read(event.data)) is not None}
    if "deadlines" in data:
        data["deadlines"] = {kind: at.isoformat() for kind, at in data["deadlines"].items()}
    return Fact(event.id, event.type, event.time, event.sequence, data)


def write_story(facts: Iterable[Fact]) -> bytes:
    """Facts as JSON, in the order of their ids."""
    return orjson.dumps([(f.id, f.type, f.at, f.sequence, f.data) for f in sorted(facts, key=lambda fact: fact.id)])


def read_story(text: bytes) -> list[Fact]:
    """The facts that `write_story` wrote."""
    return [Fact(name, kind, datetime.fromisoformat(at), seq, data) for name, kind, at, seq, data in orjson.loads(text)]


class WorkingDays:
    """Counts working days between instants in one place's calendar, and remembers what it counted."""

    def __init__(self, calendar: Calendar) -> None:
        self.zone = calendar.zone
        self._calendar = calendar
        self._known: dict[tuple[date, date], int] = {}

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`."""
        known = self._known.get((start, end))
        if known is None:
            if len(self._known) > 50_000:
                self._known.clear()
            known = self._known[start, end] = self._calendar.working_days(start, end)
        return known


@dataclass(frozen=True, slots=True)
class Derived:
    """What follows from the facts of one opinion: its row, one for each round of each assignment, one for each deadline."""

    case: Row
    rounds: list[Row]
    deadlines: list[Row]


def derive(opinion: str, facts: Iterable[Fact], days: WorkingDays) -> Derived:
    """The rows of an opinion from all its facts in any order."""
    ordered = sorted(facts, key=lambda fact: (fact.at, fact.sequence, fact.id))
    case = _case(opinion, ordered, days)
    told: dict[str, list[Fact]] = {}
    for fact in ordered:
        if "assignment" in fact.data:
            told.setdefault(fact.data["assignment"], []).append(fact)
    rounds: list[Row] = []
    deadlines: list[Row] = []
    for assignment, own in told.items():
        found = _rounds(assignment, own, case, days)
        rounds += found
        if found and found[0]["role"] == LEAD:
            deadlines += deadlines_of(found[0], own)
    return Derived(case, rounds, deadlines)


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
        elif row["reviewed_at"] is None:
            row["reviewed_at"], row["decision"] = fact.at, data.get("decision", "declined")
        # Who knows later knows better: the review and the routing may correct what the submitter said.
        for name in ("channel", "topic", "area", "station"):
            row[name] = data.get(name) or row[name]
    if row["submitted_at"] is not None:
        row["month"] = f"{row['submitted_at'].astimezone(days.zone):%Y-%m}"
    return row


def _rounds(assignment: str, own: list[Fact], case: Row, days: WorkingDays) -> list[Row]:
    created = next((fact for fact in own if fact.type == "assignment.created"), None)
    if created is None:
        return []
    shared = {"assignment": assignment, "opinion": case["id"], "department": created.data["department"],
              "role": created.data["role"], **{name: case[name] for name in DESCRIBED}}  # fmt: skip
    rounds = [_open_round(shared, 1, created, days)]
    for fact in own:
        if fact.type == "assignment.reopened" and fact.data["round"] > rounds[-1]["round"]:
            rounds[-1]["superseded_at"] = fact.at
            rounds.append(_open_round(shared, fact.data["round"], fact, days))
        elif fact.type in _EFFECTS:
            _EFFECTS[fact.type](rounds, fact, days)
    for fact in own:
        if fact.type == "opinion.evaluated":
            _evaluated(rounds, fact)
    _link_evaluations(rounds)
    return rounds


def _open_round(shared: Mapping[str, Any], number: int, opening: Fact, days: WorkingDays) -> Row:
    deadlines = {kind: datetime.fromisoformat(at) for kind, at in opening.data["deadlines"].items()}
    return {
        **_BLANK, **shared, "round": number, "opened_at": opening.at, "opened_on": opening.at.astimezone(days.zone).date(),
        "sign_by": deadlines.get("sign"), "reply_by": deadlines.get("reply"),
    }  # fmt: skip


def _signed(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[-1]
    if row["signed_at"] is None:
        row["signed_at"], row["signed_in_time"] = fact.at, fact.data["on_time"]


def _objected(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    rounds[0]["objected_at"] = rounds[0]["objected_at"] or fact.at


def _ruled(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    if fact.data["about"] == "objection" and not fact.data["granted"]:
        rounds[0]["denied_at"] = rounds[0]["denied_at"] or fact.at


def _reassigned(rounds: list[Row], fact: Fact, days: WorkingDays) -> None:
    rounds[0]["upheld_at"] = rounds[0]["upheld_at"] or fact.at
    _cancelled(rounds, fact, days)


def _cancelled(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    rounds[-1]["ended_at"] = rounds[-1]["ended_at"] or fact.at


def _paused(rounds: list[Row], _: Fact, __: WorkingDays) -> None:
    rounds[-1]["reply_by"] = None


def _set_again(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    if "reply" in fact.data["deadlines"]:
        rounds[-1]["reply_by"] = datetime.fromisoformat(fact.data["deadlines"]["reply"])


def _replied(rounds: list[Row], fact: Fact, days: WorkingDays) -> None:
    row = rounds[-1]
    if row["replied_at"] is None:
        seconds = max(0.0, (fact.at - row["opened_at"]).total_seconds())
        row["replied_at"], row["replied_in_time"] = fact.at, fact.data["on_time"]
        row["reply_days"] = days.between(row["opened_on"], fact.at.astimezone(days.zone).date())
        row["reply_seconds"], row["reply_bucket"] = seconds, bisect_left(REPLY_BUCKETS, seconds)


def _concluded(rounds: list[Row], fact: Fact, _: WorkingDays) -> None:
    row = rounds[-1]
    if row["concluded_at"] is None:
        row["concluded_at"], row["concluded_in_time"] = fact.at, fact.data["on_time"]
        row["outcome"], row["rated"] = fact.data["outcome"], fact.data["rated"]


def _evaluated(rounds: list[Row], fact: Fact) -> None:
    # An evaluation speaks of the reply before it; the round it brings about may open at the same instant.
    row = next((row for row in reversed(rounds) if row["opened_at"] < fact.at), rounds[0])
    if row["evaluated_at"] is None:
        row["evaluated_at"] = fact.at
        row["result"], row["process"] = fact.data["result"], fact.data.get("process")


def _link_evaluations(rounds: list[Row]) -> None:
    following = None
    for row in reversed(rounds):
        row["reevaluated_at"] = following
        following = row["evaluated_at"] or following


_EFFECTS: Mapping[str, Callable[[list[Row], Fact, WorkingDays], None]] = {
    "assignment.signed": _signed, "assignment.objected": _objected, "assignment.ruled": _ruled,
    "assignment.reassigned": _reassigned, "assignment.extended": _set_again, "assignment.paused": _paused,
    "assignment.resumed": _set_again, "assignment.cancelled": _cancelled, "assignment.replied": _replied,
    "assignment.concluded": _concluded,
}  # fmt: skip
#: What is known of an opinion and repeated on its rounds, so that both can be grouped alike.
DESCRIBED = ("topic", "area", "channel", "station", "month", "submitted_at")
CASE_COLUMNS = ("id", "department", *DESCRIBED, "reviewed_at", "decision", *MILESTONES.values())
ROUND_COLUMNS = (
    "assignment", "round", "opinion", "department", "role", *DESCRIBED, "opened_at", "opened_on", "superseded_at", "ended_at",
    "sign_by", "signed_at", "signed_in_time", "objected_at", "denied_at", "upheld_at", "reply_by", "replied_at", "replied_in_time",
    "reply_days", "reply_seconds", "reply_bucket", "evaluated_at", "reevaluated_at", "result", "process", "concluded_at",
    "concluded_in_time", "outcome", "rated",
)  # fmt: skip
_BLANK: Row = dict.fromkeys(ROUND_COLUMNS)
