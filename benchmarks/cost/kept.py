"""The figures that the repository keeps, and how new ones are held against them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.cost.figures import TOTAL, Cost
from services.console.terminal import fail

KEPT = Path(__file__).parents[1] / "cost.json"
#: How much more than the last figure an opinion may cost.
TOLERANCE = 0.15
DIGITS = 4


class KeptWay(msgspec.Struct, frozen=True):
    """A way's CPU seconds per 1,000 opinions by process, where the yardstick takes `yardstick` CPU seconds; and memory (MB)."""

    yardstick: float
    cpu: dict[str, float]
    memory: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A way beside its last figures, both as if measured on the machine of the last ones."""

    now: dict[str, float]
    before: dict[str, float]
    memory_now: float = 0.0
    memory_before: float = 0.0

    @property
    def ratio(self) -> float:
        """The cost as a multiple of the last one."""
        return self.now[TOTAL] / self.before[TOTAL]

    @property
    def is_cheap(self) -> bool:
        """Whether the CPU seconds are within the tolerance."""
        return self.ratio <= 1 + TOLERANCE

    @property
    def is_small(self) -> bool:
        """Whether the memory is."""
        return self.memory_now <= (1 + TOLERANCE) * self.memory_before

    @property
    def good(self) -> bool:
        """Whether everything is within the tolerance."""
        return self.is_cheap and self.is_small


def judge(costs: Mapping[str, Cost], kept: Mapping[str, KeptWay]) -> dict[str, Verdict]:
    """Each way beside its last figures."""
    return {way: _beside(cost, kept[way]) for way, cost in costs.items()}


def _beside(cost: Cost, before: KeptWay) -> Verdict:
    scaled = {name: seconds * before.yardstick / cost.yardstick for name, seconds in cost.cpu.items()}
    return Verdict(scaled, before.cpu, cost.memory, before.memory)


def read(path: Path = KEPT) -> dict[str, KeptWay]:
    """The figures of the repository by way; fails when there are none."""
    if not path.exists():
        fail(f"{path} is not there.", "make cost ARGS=--keep")
    return msgspec.json.decode(path.read_bytes(), type=dict[str, KeptWay])


def write(costs: Mapping[str, Cost], path: Path = KEPT) -> None:
    """Keep figures in place of the last ones."""
    kept = {
        way: KeptWay(
            round(cost.yardstick, 2 * DIGITS),
            {name: round(value, DIGITS) for name, value in cost.cpu.items()},
            round(cost.memory, 1),
        )
        for way, cost in costs.items()
    }
    path.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
