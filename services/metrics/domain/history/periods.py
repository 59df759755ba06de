"""The deadlines of an assignment, each with the stretch of time in which it was in force.

An extension, a changed calendar or the end of a pause sets another one, and while the case waits for its submitter none is in
force. All of them are kept, so that an answer as of some instant judges by the deadline of that instant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.metrics.domain.history.facts import Fact
from services.metrics.domain.history.rounds import Round

#: The deadlines that are counted, by role.
COUNTED: Mapping[str, tuple[str, ...]] = {
    "lead": ("sign", "contact", "reply"),
    "co_handler": ("co_opinion",),
    "separate": ("reply",),
}
#: Messages that set deadlines.
SETTING = (
    "assignment.created", "assignment.reopened", "assignment.extended", "assignment.resumed", "assignment.rescheduled",
)  # fmt: skip
#: Messages after which the assignment asks for nothing any more.
ENDING = ("assignment.reassigned", "assignment.cancelled")
#: Messages after which nothing is due, until a pause ends or the case is reopened.
RESTING = ("assignment.paused", "assignment.replied", "assignment.advised")
#: Messages by which one deadline is met.
MEETING: Mapping[str, str] = {"assignment.signed": "sign", "assignment.progressed": "contact"}
#: What is due once, in the first round.
ONCE = ("sign", "contact")


@dataclass
class Period:
    """One deadline of an assignment, in force from `set_at` until `lifted_at`, or still."""

    assignment: str
    sequence: int
    kind: str
    opinion: str
    department: str
    role: str
    set_by: str
    set_at: datetime
    due: datetime
    lifted_at: datetime | None = None


@dataclass(slots=True)
class Periods:
    """The deadlines of one assignment: `every` that was set, and those `in_force`, by kind.

    What is `met`, or over, cannot be due again before a message says so that may.
    """

    opinion: str
    department: str
    role: str
    every: list[Period] = field(default_factory=list)
    in_force: dict[str, Period] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    paused: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of deadlines that are counted."""
        return COUNTED[self.role]

    def apply(self, fact: Fact) -> None:
        """Take in the next fact of the assignment."""
        if fact.type in SETTING:
            self.set(fact)
        elif fact.type in ENDING:
            self.lift(self.kinds, fact.recorded_at)
            self.met.update(self.kinds)
        elif fact.type in RESTING:
            self.rest(fact)
        elif fact.type in MEETING:
            self.lift((MEETING[fact.type],), fact.recorded_at)
            self.met.add(MEETING[fact.type])

    def set(self, fact: Fact) -> None:
        """Set the deadlines that a message names, in place of those of the same kinds."""
        again = fact.type == "assignment.reopened"
        if again:
            self.met = set(ONCE)
        if fact.type != "assignment.rescheduled":
            self.paused = False
        deadlines = fact.deadlines or {}
        for kind in self.kinds:
            due = deadlines.get(kind)
            if due is None or (again and kind in ONCE):
                continue
            self.lift((kind,), fact.recorded_at)
            period = Period(
                fact.assignment, fact.sequence, kind, self.opinion, self.department, self.role, fact.type.partition(".")[2],
                fact.recorded_at, due,
            )  # fmt: skip
            self.every.append(period)
            self.in_force[kind] = period
            # A deadline for what is met already, or for a case that waits, was never in force.
            if kind in self.met or self.paused:
                self.lift((kind,), fact.recorded_at)

    def rest(self, fact: Fact) -> None:
        """Nothing is due until a pause ends or the case is reopened."""
        # What is due once and was missed by now has been missed, whatever happens later.
        missed = {kind for kind in ONCE if kind in self.in_force and self.in_force[kind].due < fact.at}
        self.lift([kind for kind in self.kinds if kind not in missed], fact.recorded_at)
        self.paused = fact.type == "assignment.paused"
        if not self.paused:
            self.met.update(self.kinds)

    def lift(self, kinds: Iterable[str], at: datetime) -> None:
        """End the deadlines of these kinds that are in force."""
        for kind in kinds:
            period = self.in_force.pop(kind, None)
            if period is not None:
                period.lifted_at = at


def periods_of(rounds: Sequence[Round], facts: Iterable[Fact]) -> list[Period]:
    """Every deadline that the facts of an assignment, in order, set.

    The last of the rounds, oldest first, is told the deadline of the reply that is in force by now, if there is one.
    """
    first = rounds[0]
    periods = Periods(first.opinion, first.department, first.role)
    for fact in facts:
        periods.apply(fact)
    reply = periods.in_force.get("reply")
    rounds[-1].reply_by = reply.due if reply is not None else None
    return periods.every
