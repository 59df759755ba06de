"""The figures of a target in one round, and what several rounds say of several targets."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.quantiles import milliseconds
from benchmarks.systems.running import Round, cores

SERVICES = ("web", "intake", "routing", "notify", "metrics", "worker")
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Flow:
    """Opinions that went through: rates a second, CPU seconds per 1,000 by process, seconds of work after the last arrival."""

    http_rate: float
    rate: float
    cpu: Mapping[str, float]
    rest: float

    @classmethod
    def of(cls, done: Round) -> Flow:
        """From what became of them."""
        return cls(done.count / done.answered, done.count / done.arrived, done.per_thousand(), max(0.0, done.rested - done.arrived))

    @property
    def total(self) -> float:
        """CPU seconds per 1,000 opinions of all processes."""
        return sum(self.cpu.values())


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds at the quantiles from when an opinion was due, at a rate a second, to its answer and to its queue."""

    rate: float
    answered: Mapping[str, float]
    arrived: Mapping[str, float]

    @classmethod
    def of(cls, done: Round, rate: float) -> Waits:
        """From what became of them."""
        answered, arrived = done.waits()
        return cls(round(rate, 1), milliseconds(answered), milliseconds(arrived))


@dataclass(frozen=True, slots=True)
class Figures:
    """A target in one round.

    `troubles` counts what was refused, lost and doubled in all parts; `others` is the share of the machine that everything else
    used at saturation, `yardstick` the CPU seconds of one and the same piece of work meanwhile.
    """

    target: str
    round: int
    single: Flow
    half: Waits
    alone: Waits
    memory: Mapping[str, int]
    troubles: Mapping[str, int]
    others: float
    yardstick: float
    load: str
    batch: Flow | None = None

    @property
    def app_megabytes(self) -> float:
        """The memory of the target's own processes."""
        return sum(size for name, size in self.memory.items() if name in SERVICES) / MEGABYTE


def troubles_of(rounds: Sequence[Round]) -> dict[str, int]:
    """What was refused, lost and doubled in several rounds."""
    return {what: sum(getattr(each, what) for each in rounds) for what in ("refused", "lost", "doubled")}


def others_share(done: Round) -> float:
    """The share of the machine that was used by what is not measured."""
    return max(0.0, done.others) / (done.watched * cores())


Pick = Callable[[Figures], float | None]


@dataclass
class Comparison:
    """The figures of all targets by name, in the order of the rounds."""

    rounds: dict[str, list[Figures]] = field(default_factory=dict)

    def add(self, figures: Figures) -> None:
        """Add a target's round."""
        self.rounds.setdefault(figures.target, []).append(figures)

    def values(self, target: str, pick: Pick) -> list[float]:
        """A figure of every round, where there is one."""
        return [value for each in self.rounds.get(target, ()) if (value := pick(each)) is not None]

    def ratio(self, target: str, other: str, pick: Pick, beside: Pick | None = None) -> float | None:
        """The median of a figure as a multiple of another target's in the same round, or of another figure `beside` it."""
        pairs = zip(self.values(target, pick), self.values(other, beside or pick), strict=False)
        found = [one / another for one, another in pairs if another]
        return statistics.median(found) if found else None

    def median(self, target: str, pick: Pick) -> float | None:
        """The median of a figure over the rounds."""
        found = self.values(target, pick)
        return statistics.median(found) if found else None
