"""The rounds of an assignment: the first one begins with 交办, each further one with 重办.

What happened counts from when it was recorded, which is what the instants of a round say; how long something took is measured
by when it was published. `opened_at` alone is when the round was opened; it counts from `recorded_at` on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.contracts.measures import REPLY_BUCKETS
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.facts import Fact


@dataclass
class Round:
    """One round of an assignment; `reply_by` is the deadline of its reply that is in force by now."""

    assignment: str
    round: int
    opinion: str
    department: str
    role: str
    created_topic: str | None
    recorded_at: datetime
    opened_at: datetime
    opened_on: date
    cause: str | None
    superseded_at: datetime | None = None
    ended_at: datetime | None = None
    released_at: datetime | None = None
    signed_at: datetime | None = None
    signed_in_time: bool | None = None
    contacted_at: datetime | None = None
    contacted_in_time: bool | None = None
    objected_at: datetime | None = None
    denied_at: datetime | None = None
    upheld_at: datetime | None = None
    reply_by: datetime | None = None
    replied_at: datetime | None = None
    replied_in_time: bool | None = None
    reply_days: int | None = None
    reply_seconds: float | None = None
    reply_bucket: int | None = None
    advised_at: datetime | None = None
    advised_in_time: bool | None = None
    evaluated_at: datetime | None = None
    concluded_at: datetime | None = None
    concluded_in_time: bool | None = None
    outcome: str | None = None
    rated: bool | None = None

    def sign(self, fact: Fact) -> None:
        """签收."""
        if self.signed_at is None:
            self.signed_at, self.signed_in_time = fact.recorded_at, fact.on_time

    def contact(self, fact: Fact) -> None:
        """面商: the submitter was contacted."""
        if self.contacted_at is None:
            self.contacted_at, self.contacted_in_time = fact.recorded_at, fact.on_time

    def object_(self, fact: Fact) -> None:
        """退办申请."""
        self.objected_at = self.objected_at or fact.recorded_at

    def rule(self, fact: Fact) -> None:
        """A ruling; one that grants an objection is told by the reassignment that follows it."""
        if fact.about == "objection" and not fact.granted:
            self.denied_at = self.denied_at or fact.recorded_at

    def uphold(self, fact: Fact) -> None:
        """改交: the objection was granted."""
        self.upheld_at = self.upheld_at or fact.recorded_at

    def end(self, fact: Fact) -> None:
        """Taken from its department."""
        self.ended_at = self.ended_at or fact.recorded_at

    def cancel(self, fact: Fact) -> None:
        """Nothing is left to answer. A co-handler whose opinion nobody waited for had its assignment all the same."""
        if fact.why == "answered":
            self.released_at = self.released_at or fact.recorded_at
        else:
            self.end(fact)

    def reply(self, fact: Fact, days: WorkingDays) -> None:
        """答复: the first reply of the round."""
        if self.replied_at is None:
            seconds = max(0.0, (fact.at - self.opened_at).total_seconds())
            self.replied_at, self.replied_in_time = fact.recorded_at, fact.on_time
            self.reply_days = days.between(self.opened_on, fact.at.astimezone(days.zone).date())
            self.reply_seconds, self.reply_bucket = seconds, bisect_left(REPLY_BUCKETS, seconds)

    def advise(self, fact: Fact) -> None:
        """协办意见, or the separate answer of one of several departments."""
        if self.advised_at is None:
            self.advised_at, self.advised_in_time = fact.recorded_at, fact.on_time

    def conclude(self, fact: Fact) -> None:
        """办结."""
        if self.concluded_at is None:
            self.concluded_at, self.concluded_in_time = fact.recorded_at, fact.on_time
            self.outcome, self.rated = fact.outcome, fact.rated


Change = Callable[[Round, Fact], None]
#: What a message changes about the first round of an assignment, and about the latest one.
ON_FIRST: Mapping[str, Change] = {
    "assignment.progressed": Round.contact,
    "assignment.objected": Round.object_,
    "assignment.ruled": Round.rule,
    "assignment.reassigned": Round.uphold,
}
ON_LATEST: Mapping[str, Change] = {
    "assignment.signed": Round.sign,
    "assignment.reassigned": Round.end,
    "assignment.cancelled": Round.cancel,
    "assignment.advised": Round.advise,
    "assignment.concluded": Round.conclude,
}


def rounds_of(opinion: str, own: Sequence[Fact], days: WorkingDays) -> list[Round]:
    """The rounds of an assignment, oldest first, from its facts in order; none before its creation is known."""
    created = next((fact for fact in own if fact.type == "assignment.created"), None)
    if created is None:
        return []
    rounds = [_open(opinion, created, 1, created, days)]
    for fact in own:
        if fact.type == "assignment.reopened" and fact.round is not None and fact.round > rounds[-1].round:
            rounds[-1].superseded_at = fact.recorded_at
            rounds.append(_open(opinion, created, fact.round, fact, days))
        elif fact.type == "assignment.replied":
            rounds[-1].reply(fact, days)
        else:
            _change(rounds, fact)
    return rounds


def _open(opinion: str, created: Fact, number: int, opening: Fact, days: WorkingDays) -> Round:
    return Round(
        created.assignment, number, opinion, created.department, created.role, created.topic, opening.recorded_at, opening.at,
        opening.at.astimezone(days.zone).date(), opening.cause if number > 1 else None,
    )  # fmt: skip


def _change(rounds: Sequence[Round], fact: Fact) -> None:
    first, latest = ON_FIRST.get(fact.type), ON_LATEST.get(fact.type)
    if first is not None:
        first(rounds[0], fact)
    if latest is not None:
        latest(rounds[-1], fact)
