"""The ladder: for each deadline an ordered row of rungs, each at its instant within office hours, each climbed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from services.contracts.catalogue import Rung
from services.contracts.messages import CardIssued, Message, ReminderSent, SupervisionRaised
from services.contracts.worktime import Calendar

#: A deadline of the left kind climbs the rungs of the right one when the catalogue has none of its own for it.
CLIMBS_LIKE: Mapping[str, str] = {"rework": "reply"}
REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one assignment in one version.

    `sequence` is that of the event which set it, and so is the version: every new deadline has a greater one.
    `title` and `difficulty` are empty when that event did not tell them.
    """

    opinion: str
    assignment: str
    department: str
    kind: str
    version: int
    start: datetime
    due: datetime
    provisional: bool
    sequence: int
    title: str | None = None
    difficulty: str | None = None

    @property
    def id(self) -> str:
        """Names the deadline among all others."""
        return f"{self.assignment}.{self.kind}.{self.version}"


@dataclass(frozen=True, slots=True)
class Step:
    """A rung with its `moment` by the rule, and the instant `at` which it fires: that moment or the next opening."""

    rung: Rung
    moment: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """What a look at a deadline comes to: the one step that fires, those it leaves out, and the one to wait for."""

    fired: Step | None
    skipped: tuple[Step, ...]
    following: Step | None


class Ladder:
    """The rungs of one place on its calendar. Pure; remembers what many deadlines of one day have in common."""

    def __init__(self, rungs: Iterable[Rung], calendar: Calendar) -> None:
        self.calendar = calendar
        self._rungs: dict[str, list[Rung]] = {}
        for rung in rungs:
            self._rungs.setdefault(rung.of, []).append(rung)
        for kind, like in CLIMBS_LIKE.items():
            if like in self._rungs:
                self._rungs.setdefault(kind, self._rungs[like])
        self._known: dict[tuple[str, date, datetime], tuple[Step, ...]] = {}

    def watches(self, kind: str) -> bool:
        """Whether the catalogue has rungs for deadlines of this kind."""
        return kind in self._rungs

    def is_open(self, now: datetime) -> bool:
        """Whether anybody may be reminded at `now`."""
        return self.calendar.next_opening(now) == now

    def steps(self, deadline: Deadline) -> tuple[Step, ...]:
        """The steps of a deadline in the order of their moments.

        A rung ahead of the deadline whose moment lies before the deadline was set is none of its steps: nobody is
        reminded of what they have only just been given.
        """
        steps = self._steps(deadline.kind, deadline.start, deadline.due)
        return tuple(step for step in steps if step.moment > deadline.start or step.rung.after is not None)

    def first(self, deadline: Deadline) -> Step | None:
        """The step a fresh deadline waits for; None when it has no rungs."""
        return next(iter(self.steps(deadline)), None)

    def climb(self, deadline: Deadline, passed: AbstractSet[str], now: datetime) -> Climb:
        """What happens at `now`, when the rungs with the codes `passed` are behind: of those due only the last one fires."""
        steps = self.steps(deadline)
        reached = max((index + 1 for index, step in enumerate(steps) if step.rung.code in passed), default=0)
        ahead = steps[reached:]
        due = [step for step in ahead if step.at <= now]
        following = ahead[len(due)] if len(due) < len(ahead) else None
        return Climb(due[-1] if due else None, tuple(due[:-1]), following)

    def _steps(self, kind: str, start: datetime, due: datetime) -> tuple[Step, ...]:
        day = start.astimezone(self.calendar.zone).date()
        known = self._known.get((kind, day, due))
        if known is None:
            known = self._order(kind, start, due)
            if self._half_is_a_day(day, due):
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[kind, day, due] = known
        return known

    def _half_is_a_day(self, day: date, due: datetime) -> bool:
        # Only then do all deadlines that start on one day and end at one instant have the same half time.
        return self.calendar.working_days(day, due.astimezone(self.calendar.zone).date()) >= 2

    def _order(self, kind: str, start: datetime, due: datetime) -> tuple[Step, ...]:
        rungs = self._rungs.get(kind, ())
        moments = [(self._moment(rung, start, due), place, rung) for place, rung in enumerate(rungs)]
        ordered = sorted(moments, key=lambda item: item[:2])
        return tuple(Step(rung, moment, self.calendar.next_opening(moment)) for moment, _, rung in ordered)

    def _moment(self, rung: Rung, start: datetime, due: datetime) -> datetime:
        if rung.before is not None:
            return self.calendar.before(due, rung.before)
        if rung.after is not None:
            return self.calendar.after(due, rung.after)
        return self.calendar.half_way(start, due)


def deadlines_in(ladder: Ladder, deadlines: Mapping[str, datetime]) -> Iterator[tuple[str, datetime]]:
    """The (kind, due) pairs of a message that somebody can be reminded of."""
    return ((kind, due) for kind, due in deadlines.items() if ladder.watches(kind))


def message_of(rung: Rung, deadline: Deadline) -> Message:
    """What a rung that fires says on the bus."""
    if rung.card is not None:
        return CardIssued(deadline.assignment, deadline.department, rung.code, deadline.kind, rung.card, deadline.due)
    if rung.action == "supervision":
        return SupervisionRaised(deadline.assignment, deadline.department, rung.code, deadline.kind, deadline.due)
    return ReminderSent(deadline.assignment, deadline.department, rung.code, deadline.kind, deadline.due)
