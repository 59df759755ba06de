"""The ladder: for each deadline an ordered row of rungs, each at its instant within office hours, each climbed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import cast

from services.contracts.catalogue.model import Catalogue, Rung
from services.contracts.messages.duties import ReminderGiven
from services.contracts.messages.supervision import CardIssued, ReminderSent, SupervisionRaised
from services.contracts.messages.values import Message
from services.contracts.people.duties import Duty
from services.contracts.time.worktime import Calendar
from services.contracts.words.vocabulary import BY_HAND, RAISINGS
from services.notify.domain.holders import holder_of

#: A deadline of the left kind climbs the rungs of the right one when the catalogue has none of its own for it.
CLIMBS_LIKE: Mapping[str, str] = {"rework": "reply"}
#: What an occasion calls for where the catalogue does not say it.
UPON: Sequence[Rung] = (
    Rung(
        "promise-broken", "承诺失信红牌", "Red card for a broken promise", "promise", "card", ("department", "supervisor"),
        card="red", upon="broken",
    ),
    Rung(
        "dissatisfied", "多次不满意转督办", "Supervision after repeated dissatisfaction", "evaluation", "supervision",
        ("department", "supervisor"), upon="dissatisfied",
    ),
)  # fmt: skip
REMEMBERED = 20_000
Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Deadline:
    """One deadline of one assignment in one version.

    `sequence` is that of the event which set it, and so is the version: every new deadline has a greater one. `start` is when
    this version was set and `begun` when counting began, where an earlier version did that; `cause` says why it was set.
    A duty of somebody who is no department (`holders`) has its own id for an assignment, and its holder for a department.
    `promise` names the promise that it is of. `higher` says that the case is on the key list or led by a leader.
    `title` and `difficulty` are empty when the events so far did not tell them.
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
    begun: datetime | None = None
    cause: str = "assigned"
    promise: str | None = None
    higher: bool = False

    @property
    def id(self) -> str:
        """Names the deadline among all others."""
        return f"{self.assignment}.{self.kind}.{self.version}"

    @property
    def counted_from(self) -> datetime:
        """When counting began: with the first version of the round."""
        return self.begun or self.start


@dataclass(frozen=True, slots=True)
class Step:
    """A rung with its `moment` by the rule and the instant `at` which it fires (that moment or the next opening).

    `time` counts from 1 where a rung repeats.
    """

    rung: Rung
    moment: datetime
    at: datetime
    time: int = 1

    @property
    def key(self) -> Key:
        """Names the step among those of a deadline."""
        return self.rung.code, self.time


@dataclass(frozen=True, slots=True)
class Behind:
    """What has been climbed of a deadline: the steps `passed`, and `until` which planned instant; what fired in `earlier`
    versions of it."""

    passed: AbstractSet[Key] = frozenset()
    until: datetime | None = None
    earlier: AbstractSet[Key] = frozenset()

    def times(self, code: str) -> int:
        """How often a rung has fired of this version."""
        return max((time for fired, time in self.passed if fired == code), default=0)

    def has(self, step: Step) -> bool:
        """Whether this version of the deadline is past a step."""
        return step.key in self.passed or (self.until is not None and step.at <= self.until)

    def repeats(self, step: Step, deadline: Deadline) -> bool:
        """Whether an earlier version fired a step whose moment by this version had come before it was set."""
        return step.key in self.earlier and step.moment <= deadline.start


@dataclass(frozen=True, slots=True)
class Climb:
    """What a look at a deadline comes to: the one step that fires, those it leaves out, and the one to wait for."""

    fired: Step | None
    skipped: tuple[Step, ...]
    following: Step | None


class Ladder:
    """The rungs of one place on its calendar. Pure; remembers what many deadlines of one day have in common.

    A case goes to supervision with its rating number `dissatisfied` that was dissatisfied. `today` says which difficulty a case
    counts as whose own may be gone.
    """

    def __init__(
        self, rungs: Iterable[Rung], calendar: Calendar, dissatisfied: int = 2, today: Callable[[str], str] = lambda code: code
    ) -> None:
        self.calendar, self._dissatisfied, self._today = calendar, dissatisfied, today
        self._rungs: dict[str, list[Rung]] = {}
        self._upon: dict[str, list[Rung]] = {}
        for rung in rungs:
            shelf, name = (self._rungs, rung.of) if rung.upon is None else (self._upon, rung.upon)
            shelf.setdefault(name, []).append(rung)
        for rung in UPON:
            self._upon.setdefault(str(rung.upon), [rung])
        self._known: dict[tuple[str, str | None, date, datetime], tuple[Step, ...]] = {}

    @classmethod
    def of(cls, catalogue: Catalogue) -> Ladder:
        """The ladder of a place. A case whose difficulty the place has no more climbs what its fallback climbs."""

        def today(code: str) -> str:
            return code if code in catalogue.difficulties else catalogue.fallback_difficulty

        return cls(catalogue.ladder.values(), catalogue.calendar, catalogue.limits.dissatisfied, today)

    def is_open(self, now: datetime) -> bool:
        """Whether anybody may be reminded at `now`."""
        return self.calendar.next_opening(now) == now

    def steps(self, deadline: Deadline) -> tuple[Step, ...]:
        """The steps of a deadline in the order of their moments.

        A rung ahead of the deadline whose moment lies before the deadline was set is left out: nobody is
        reminded of something they have just been given.

        A case on the key list or led by a leader starts one rung higher: where the rung number n of an ordinary case fires,
        its rung n + 1 of the same kind does. So it skips the first, and reaches the last when an ordinary case reaches the
        last but one; a kind with a single rung keeps it.
        """
        ordinary = self._steps(deadline.kind, deadline.difficulty, deadline.counted_from, deadline.due)
        taken = tuple(step for step in ordinary if step.moment > deadline.start or step.rung.after is not None)
        return self._raised(taken) if deadline.higher else taken

    def first(self, deadline: Deadline) -> Step | None:
        """The step a fresh deadline waits for; None when it has no rungs."""
        return next(iter(self.steps(deadline)), None)

    def climb(self, deadline: Deadline, behind: Behind, now: datetime) -> Climb:
        """What happens at `now` with so much `behind`: of the steps due only the last one fires."""
        steps = self.steps(deadline)
        reached = max((index + 1 for index, step in enumerate(steps) if behind.has(step)), default=0)
        ahead = [step for step in steps[reached:] if not behind.repeats(step, deadline)]
        due = [step for step in ahead if step.at <= now]
        following = ahead[len(due)] if len(due) < len(ahead) else None
        return Climb(due[-1] if due else None, tuple(due[:-1]), following)

    def upon(self, occasion: str, deadline: Deadline) -> list[Step]:
        """The step for an occasion: it fires once, as soon as the office is open."""
        at = self.calendar.next_opening(deadline.start)
        return [Step(rung, deadline.start, at) for rung in self._upon[occasion] if self._is_for(rung, deadline.difficulty)]

    def is_for_supervision(self, cause: str, round_: int) -> bool:
        """Whether a case that was reopened into this round has been found wanting so often that it goes to supervision."""
        return cause == "dissatisfied" and round_ - 1 >= self._dissatisfied

    def _steps(self, kind: str, difficulty: str | None, begun: datetime, due: datetime) -> tuple[Step, ...]:
        day = begun.astimezone(self.calendar.zone).date()
        known = self._known.get((kind, difficulty, day, due))
        if known is None:
            rungs = self._rungs_for(kind, difficulty)
            known = self._order(rungs, begun, due)
            if self._half_is_a_day(day, due) or not any(rung.before is None and rung.after is None for rung in rungs):
                if len(self._known) >= REMEMBERED:
                    self._known.clear()
                self._known[kind, difficulty, day, due] = known
        return known

    def _rungs_for(self, kind: str, difficulty: str | None) -> list[Rung]:
        own = [rung for rung in self._rungs.get(kind, ()) if self._is_for(rung, difficulty)]
        return own or (self._rungs_for(CLIMBS_LIKE[kind], difficulty) if kind in CLIMBS_LIKE else [])

    def _is_for(self, rung: Rung, difficulty: str | None) -> bool:
        return (
            not rung.difficulties
            or difficulty in rung.difficulties
            or (difficulty is not None and self._today(difficulty) in rung.difficulties)
        )

    def _half_is_a_day(self, day: date, due: datetime) -> bool:
        # Only then do all deadlines that start on one day and end at one instant have the same half time, where a rung has any.
        return self.calendar.working_days(day, due.astimezone(self.calendar.zone).date()) >= 2

    def _order(self, rungs: Sequence[Rung], begun: datetime, due: datetime) -> tuple[Step, ...]:
        return self._in_order(step for rung in rungs for step in self._times(rung, self._moment(rung, begun, due)))

    def _raised(self, ordinary: Sequence[Step]) -> tuple[Step, ...]:
        singles = [step for step in ordinary if step.time == 1]
        if len(singles) < 2:
            return tuple(ordinary)
        return self._in_order(step for low, high in pairwise(singles) for step in self._times(high.rung, low.moment))

    def _times(self, rung: Rung, moment: datetime) -> Iterable[Step]:
        for time in range(1, rung.times + 1):
            yield Step(rung, moment, self.calendar.next_opening(moment), time)
            if rung.repeat is not None:
                moment = self.calendar.after(moment, rung.repeat)

    def _in_order(self, steps: Iterable[Step]) -> tuple[Step, ...]:
        # Sorting keeps the order of the catalogue among those of one moment.
        return tuple(sorted(steps, key=lambda step: step.moment))

    def _moment(self, rung: Rung, begun: datetime, due: datetime) -> datetime:
        if rung.before is not None:
            return self.calendar.before(due, rung.before)
        if rung.after is not None:
            return self.calendar.after(due, rung.after)
        return self.calendar.half_way(begun, due)


def by_hand(kind: str) -> Rung:
    """What stands in the place of a rung where somebody has put a deadline of a kind under supervision."""
    words = RAISINGS[BY_HAND]
    return Rung(BY_HAND, words.zh, words.en, kind, "supervision", ("department", "supervisor"))


def message_of(step: Step, deadline: Deadline, supervision: str | None = None) -> Message:
    """The message that a step publishes; `supervision` is the id of the one that it opens or continues."""
    rung, held = step.rung, holder_of(deadline.department)
    if held is not None:
        holder, code = held
        return ReminderGiven(deadline.assignment, cast(Duty, deadline.kind), holder, rung.code, deadline.due, code, step.time)
    if rung.card is not None:
        return CardIssued(deadline.assignment, deadline.department, rung.code, deadline.kind, rung.card, deadline.due)
    if rung.action == "supervision":
        return SupervisionRaised(deadline.assignment, deadline.department, rung.code, deadline.kind, deadline.due, supervision)
    return ReminderSent(deadline.assignment, deadline.department, rung.code, deadline.kind, deadline.due, step.time)
