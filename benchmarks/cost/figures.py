"""The figures of some rounds, at the speed that the machine had meanwhile."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.systems.running import Round

TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send opinions: its name, what it is called, and how many of them make a round."""

    name: str
    words: str
    batches: bool
    contacts: bool
    opinions: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A round, the CPU seconds that the yardstick took during it, and the memory (MB) of the product without the broker."""

    round: Round
    yardstick: float
    memory: float = 0.0

    def cpu(self) -> dict[str, float]:
        """CPU seconds per 1,000 opinions by process, and in total."""
        cpu = self.round.per_thousand()
        return {**cpu, TOTAL: sum(cpu.values())}


@dataclass(frozen=True, slots=True)
class Cost:
    """A way's figures, medians over the rounds: CPU seconds per 1,000 opinions by process, rates a second, seconds to rest, MB."""

    cpu: dict[str, float]
    yardstick: float
    answered_rate: float
    arrived_rate: float
    rest: float
    memory: float
    doubled: int

    @classmethod
    def of(cls, rounds: Sequence[Measured]) -> Cost:
        """The medians of some rounds. CPU seconds are those of a machine on which the yardstick takes its median."""
        yardstick = statistics.median(each.yardstick for each in rounds)
        return cls(
            cpu={name: seconds * yardstick for name, seconds in in_yardsticks(rounds).items()},
            yardstick=yardstick,
            answered_rate=statistics.median(each.round.count / each.round.answered for each in rounds),
            arrived_rate=statistics.median(each.round.count / each.round.arrived for each in rounds),
            rest=statistics.median(each.round.rested - each.round.arrived for each in rounds),
            memory=statistics.median(each.memory for each in rounds),
            doubled=sum(each.round.doubled for each in rounds),
        )


def in_yardsticks(rounds: Sequence[Measured]) -> dict[str, float]:
    """By process, the median over the rounds of what 1,000 opinions cost as a multiple of the yardstick."""
    return _medians([{name: seconds / each.yardstick for name, seconds in each.cpu().items()} for each in rounds])


def ratios(here: Sequence[Measured], there: Sequence[Measured]) -> dict[str, float]:
    """By process, the median over the rounds of what one checkout used as a multiple of the other in the same round."""
    pairs = [(one.cpu(), other.cpu()) for one, other in zip(here, there, strict=True)]
    shared = [name for name in pairs[0][0] if all(other.get(name, 0) > 0 for _, other in pairs)]
    return _medians([{name: one[name] / other[name] for name in shared} for one, other in pairs])


def _medians(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}
