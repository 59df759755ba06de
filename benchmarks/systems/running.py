"""A system that takes opinions, watched from outside while they go through it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

from benchmarks.systems.usage import Meter, machine_seconds
from benchmarks.traffic.job import Done, Job, send
from benchmarks.traffic.sending import Target
from benchmarks.traffic.witness import Witness
from services.console.terminal import fail

#: It rests when it has used less than this share of a core for this long; nothing arrives any more after `STALL_SECONDS`.
CALM, CALM_SECONDS, LOOK, STALL_SECONDS = 0.12, 1.0, 0.2, 180.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a system takes opinions, one by one and in batches, and where they arrive; `assigned` counts them in its statistics."""

    single: Target
    broker_url: str
    departments: Sequence[str]
    pids: Mapping[str, int]
    batch: Target | None = None
    assigned: Callable[[], int] | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """What became of some opinions.

    The answers; when it began (monotonic), the seconds from then until the last answer, until the last arrival and until the system
    rested; CPU seconds by process, and of everything else on the machine in the seconds it was watched; when each opinion arrived.
    """

    done: Done
    began: float
    answered: float
    arrived: float
    rested: float
    cpu: Mapping[str, float]
    others: float
    watched: float
    doubled: int
    arrivals: Mapping[str, float] = field(repr=False)

    @property
    def count(self) -> int:
        """How many were answered with 201."""
        return len(self.done.accepted)

    @property
    def refused(self) -> int:
        """How many were answered with anything else, or not at all."""
        return len(self.done.sent) - self.count

    @property
    def lost(self) -> int:
        """How many were answered with 201 and did not arrive."""
        return sum(1 for opinion in self.done.accepted if opinion not in self.arrivals)

    def per_thousand(self) -> dict[str, float]:
        """CPU seconds for a thousand opinions by process."""
        return {name: 1000 * seconds / self.count for name, seconds in self.cpu.items()}

    def waits(self) -> tuple[list[float], list[float]]:
        """The seconds from when each opinion was due to its answer, and to its arrival."""
        accepted = self.done.accepted
        arrived = [self.arrivals[opinion] - sent.due for opinion, sent in accepted.items() if opinion in self.arrivals]
        return [sent.done - sent.due for sent in accepted.values()], arrived


class Running:
    """Sends opinions to a system; used as a context, it empties the departments' queues. `first` numbers the first opinion."""

    def __init__(self, place: Place, first: int = 0) -> None:
        self.place, self.meter = place, Meter(place.pids)
        self._witness, self._next = Witness(place.broker_url, place.departments), first

    def __enter__(self) -> Self:
        self._witness.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._witness.__exit__(kind, error, trace)

    def run(
        self, count: int, *, batches: bool = False, contacts: bool = False, connections: int = 16, rate: float | None = None
    ) -> Round:
        """Send opinions, as fast as they are taken or at a rate, and wait until the system has nothing left to do."""
        target = self.place.batch if batches else self.place.single
        if target is None:
            raise ValueError("it takes no batches")
        expected = self._counted() + count
        started, before, busy, own = time.monotonic(), self.meter.read(), machine_seconds(), os.times()
        done = send(Job(target, self._next, count, connections, rate, batches, contacts))
        self._next += count
        self._witness.wait(done.accepted, STALL_SECONDS)
        rested, after = self._await_rest(expected - count + len(done.accepted))
        cpu, now = {name: after[name] - before[name] for name in before}, os.times()
        harness = done.cpu + now.user + now.system - own.user - own.system
        began = min(each.due for each in done.sent)
        arrivals = {opinion: at for opinion in done.accepted if (at := self._witness.arrivals.get(opinion)) is not None}
        return Round(
            done, began, done.seconds, max(arrivals.values(), default=began) - began, rested - began, cpu,
            machine_seconds() - busy - sum(cpu.values()) - harness, time.monotonic() - started,
            self._witness.doubled(done.accepted), arrivals,
        )  # fmt: skip

    def _counted(self) -> int:
        return self.place.assigned() if self.place.assigned else 0

    def _await_rest(self, expected: int) -> tuple[float, dict[str, float]]:
        """When it came to rest with everything counted, and what the processes had used by then."""
        end = time.monotonic() + STALL_SECONDS
        since, used = self._calm(end)
        while self.place.assigned and self._counted() < expected:
            since, used = self._calm(end)
            if time.monotonic() > end:
                fail(f"Not everything was counted in the statistics within {STALL_SECONDS:.0f} s.", "huiying doctor")
        return since, used

    def _calm(self, end: float) -> tuple[float, dict[str, float]]:
        since, used = time.monotonic(), self.meter.read()
        while time.monotonic() < min(end, since + CALM_SECONDS):
            time.sleep(LOOK)
            now = self.meter.read()
            if sum(now.values()) - sum(used.values()) > CALM * max(LOOK, time.monotonic() - since):
                since, used = time.monotonic(), now
        return since, used


def cores() -> int:
    """How many cores this machine has."""
    return psutil.cpu_count() or 1
