"""One target in one round: at saturation, at a fixed rate, one at a time, in batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.figures import Figures, Flow, Waits, others_share, troubles_of
from benchmarks.speed.preflight import PreflightCheck
from benchmarks.speed.profile import Profile, profiling
from benchmarks.speed.targets import Target
from benchmarks.systems.running import Round, Running
from benchmarks.systems.usage import load
from benchmarks.systems.yardstick import Yardstick

WARM_UP, WARM_UP_CONNECTIONS = 200, 4
#: At saturation, and at most at a rate.
CONNECTIONS, OPEN_CONNECTIONS = 16, 64
#: One at a time: so many a second that each finds the system at rest.
ALONE_RATE = 10.0
#: Numbers of opinions, of which no two turns have the same.
A_TURN = 100_000
PROFILED = 90_000_000


Measurement = tuple[Figures, list[PreflightCheck]]


@dataclass(frozen=True, slots=True)
class Amount:
    """How much is sent: opinions at saturation, in batches, seconds at the rate, opinions one at a time."""

    opinions: int
    batched: int
    seconds: float
    alone: int

    def of(self, opinions: int) -> Amount:
        """The same with another number of opinions, everything else in proportion."""
        share = opinions / self.opinions
        return Amount(opinions, max(10, int(self.batched * share)), max(0.2, self.seconds * share), max(5, int(self.alone * share)))


FULL = Amount(5_000, 10_000, 15.0, 100)
QUICK = Amount(1_000, 2_000, 5.0, 30)


def measure(target: Target, number: int, turn: int, amount: Amount, rate: float | None, yardstick: Yardstick) -> Measurement:
    """Measure a target in round `number`; it gets `rate` a second where it is not saturated, or half of its own."""
    try:
        with Running(target.up(), turn * A_TURN) as running:
            running.run(min(WARM_UP, amount.opinions), connections=WARM_UP_CONNECTIONS)
            single = running.run(amount.opinions, connections=CONNECTIONS)
            memory = running.meter.memory()
            slow = rate or single.count / single.arrived / 2
            half = running.run(max(1, int(slow * amount.seconds)), connections=OPEN_CONNECTIONS, rate=slow)
            alone = running.run(amount.alone, connections=1, rate=ALONE_RATE)
            rounds = [single, half, alone]
            if running.place.batch is not None:
                rounds.append(running.run(amount.batched, batches=True, contacts=True))
            checks = target.checks(rounds[-1].done.accepted)
    finally:
        target.down()
    return _figures(target.name, number, rounds, slow, memory, yardstick), checks


def profile(target: Target, amount: Amount, folder: Path) -> list[Profile]:
    """Where the CPU goes by function at saturation, in a turn that counts for nothing else; folded stacks are left in a folder."""
    try:
        with Running(target.up(), PROFILED) as running:
            running.run(min(WARM_UP, amount.opinions), connections=WARM_UP_CONNECTIONS)
            with profiling(running.meter.pids, folder) as found:
                running.run(amount.opinions, connections=CONNECTIONS)
    finally:
        target.down()
    return list(found.values())


def _figures(name: str, number: int, rounds: list[Round], rate: float, memory: dict[str, int], yardstick: Yardstick) -> Figures:
    single, half, alone, *batch = rounds
    return Figures(
        name, number, Flow.of(single), Waits.of(half, rate), Waits.of(alone, ALONE_RATE), memory, troubles_of(rounds),
        others=others_share(single), yardstick=yardstick.between(single.began, single.began + single.rested), load=load(),
        batch=Flow.of(batch[0]) if batch else None,
    )  # fmt: skip
