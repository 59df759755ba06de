"""`python -m benchmarks crowd`: how long others wait beside slow clients and a department that floods its queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click

from benchmarks.quantiles import QUANTILES, quantiles
from benchmarks.throwaway import throwaway
from benchmarks.waiting import Crowded, Waits, measure
from services.console.settings import load_settings
from services.console.terminal import json_option, out, print_json, step, table

#: The longest wait (ms) that is allowed for others.
LIMITS = {"healthz": 100.0, "sign": 1000.0}
NAMES = {"healthz": "存活检查 GET /healthz", "sign": "另一部门签收 another department's sign"}


@click.command("crowd")
@click.option("--slow", type=click.IntRange(0, 500), default=64, show_default=True, help="Clients that send or read slowly.")
@click.option(
    "--commands",
    type=click.IntRange(1, 100_000),
    default=10_000,
    show_default=True,
    help="Commands that one department sends at once.",
)
@click.option(
    "--signatures", type=click.IntRange(3, 500), default=25, show_default=True, help="Another's, before and at least during it."
)
@json_option
def crowd(slow: int, commands: int, signatures: int, as_json: bool) -> None:
    """人多时的等候 · how long others wait while one department floods its queue and slow clients hang on."""
    with throwaway(load_settings()) as supervisor:
        place = supervisor.up()
        step(f"慢客户端 Slow clients: {slow}; 一个部门的命令 commands of one department: {commands:,}")
        found = measure(place, slow, commands, signatures)
    result = figures_of(found, commands)
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)


@dataclass(frozen=True, slots=True)
class WaitTimes:
    """Waiting times for one kind of answer: milliseconds at the quantiles, over `count` requests."""

    p50: float
    p95: float
    p99: float
    max: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> WaitTimes:
        """From the seconds of each request."""
        p50, p95, p99, most = quantiles([1000 * value for value in seconds])
        return cls(p50, p95, p99, most, len(seconds))


@dataclass(frozen=True, slots=True)
class CrowdFigures:
    """All figures; `milliseconds` by phase, before or during, and by kind of answer."""

    milliseconds: dict[str, dict[str, WaitTimes]]
    commands_a_second: float
    file_milliseconds: float
    file_bytes: int

    @property
    def good(self) -> bool:
        """Whether all waits are within the limits."""
        return all(self.milliseconds["during"][name].max <= most for name, most in LIMITS.items())

    def as_json(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "milliseconds": {
                when: {name: asdict(each) for name, each in times.items()} for when, times in self.milliseconds.items()
            },
            "limits": LIMITS,
            "commands_a_second": self.commands_a_second,
            "file": {"milliseconds": self.file_milliseconds, "bytes": self.file_bytes},
            "good": self.good,
        }


def figures_of(found: Crowded, commands: int) -> CrowdFigures:
    """The figures of one measurement."""
    times = {"before": _of(found.before), "during": _of(found.during)}
    return CrowdFigures(times, round(commands / found.flood_seconds, 1), round(1000 * found.file_seconds, 1), found.file_bytes)


def _of(waits: Waits) -> dict[str, WaitTimes]:
    return {"healthz": WaitTimes.of(waits.healthz), "sign": WaitTimes.of(waits.sign)}


def _print(result: CrowdFigures) -> None:
    rows = table("毫秒 milliseconds", numbers=[*QUANTILES, "次 times", "上限 limit"])
    for name, words in NAMES.items():
        for when, phase in (("before", "平时 alone"), ("during", "人多时 in the crowd")):
            each = result.milliseconds[when][name]
            values = (f"{value:.1f}" for value in (each.p50, each.p95, each.p99, each.max))
            rows.add_row(f"{words}, {phase}", *values, str(each.count), f"{LIMITS[name]:.0f}")
    out.print(rows)
    out.print(f"每秒命令 commands a second: {result.commands_a_second:,.0f}")
    out.print("✓ 未超上限 within the limits" if result.good else "✗ 超过上限 beyond the limits")
    out.print(f"其中一件的全部记录 the file of one of its cases: {result.file_milliseconds:.0f} ms, {result.file_bytes:,} bytes")
