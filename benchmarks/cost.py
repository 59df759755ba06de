"""`python -m benchmarks cost`: CPU seconds per 1,000 opinions by process, alone or beside another checkout."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import psutil
from rich.table import Table

from benchmarks.checkout import Checkout, Round, started
from benchmarks.throwaway import alone, ended_in_order
from services.console.settings import HOME, load_settings
from services.console.terminal import json_option, out, print_json, step, table

WARM_UP = 200
HERE, THERE = "here", "there"
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to send opinions, as it is named and shown."""

    name: str
    words: str
    batches: bool
    contacts: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """The figures of a way in one checkout, medians over the rounds."""

    cpu: dict[str, float]
    answered: float
    arrived: float
    rested: float
    doubled: int

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> Cost:
        """The medians of some rounds."""
        each = [with_total(one.per_thousand()) for one in rounds]
        cpu = {name: statistics.median(one[name] for one in each) for name in each[0]}
        answered, arrived = (
            statistics.median(one.count / getattr(one, what) for one in rounds) for what in ("answered", "arrived")
        )
        late = statistics.median(one.rested - one.arrived for one in rounds)
        return cls(cpu, answered, arrived, late, sum(one.doubled for one in rounds))


def with_total(cpu: Mapping[str, float]) -> dict[str, float]:
    """The parts and their sum."""
    return {**cpu, TOTAL: sum(cpu.values())}


@click.command("cost")
@click.option(
    "--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another checkout, measured in turns."
)
@click.option("--opinions", "number", type=click.IntRange(10), default=2000, show_default=True, help="In each way and round.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--contacts/--no-contacts", default=False, show_default=True, help="Whether single opinions have contact data.")
@click.option("--only", type=click.Choice(("single", "batch")), help="One way alone.")
@json_option
def cost(against: Path | None, number: int, rounds: int, contacts: bool, only: str | None, as_json: bool) -> None:
    """开销 · CPU seconds per 1,000 opinions by process, of 16 connections that send one by one and of batches."""
    var = load_settings().var.absolute()
    ways = [Way("single", "逐件 one by one", False, contacts), Way("batch", "成批 in batches", True, True)]
    ways = [way for way in ways if only in (None, way.name)]
    places = {HERE: HOME} | ({THERE: against.absolute()} if against else {})
    (var / "run").mkdir(parents=True, exist_ok=True)
    with alone(var / "run" / "bench.lock"), ended_in_order(), ExitStack() as stack:
        step(f"启动 Starting {len(places)}")
        running = {name: stack.enter_context(started(place, var / "bench" / name)) for name, place in places.items()}
        found = _measured(running, ways, number, rounds)
    results = {way.name: {name: Cost.of(each) for name, each in found[way.name].items()} for way in ways}
    if as_json:
        print_json({way: {name: _as_json(each) for name, each in costs.items()} for way, costs in results.items()})
        return
    for way in ways:
        out.print(_table(way, results[way.name], found[way.name]))


def _measured(running: Mapping[str, Checkout], ways: Sequence[Way], number: int, rounds: int) -> dict[str, dict[str, list[Round]]]:
    """The rounds by way and checkout, in turns, each round beginning with the other one."""
    found: dict[str, dict[str, list[Round]]] = {way.name: {name: [] for name in running} for way in ways}
    for each in running.values():
        each.run(WARM_UP)
    for turn in range(rounds):
        for way in ways:
            for name in sorted(running, reverse=bool(turn % 2)):
                done = running[name].run(number, batches=way.batches, contacts=way.contacts)
                found[way.name][name].append(done)
                spent = sum(done.per_thousand().values())
                step(f"{turn + 1}/{rounds} {way.words}, {name}: {spent:.2f} s, {number / done.arrived:.0f}/s, load {_load()}")
    return found


def _load() -> str:
    """The machine's load: runnable processes over the last minute, and cores."""
    return f"{psutil.getloadavg()[0]:.1f}/{psutil.cpu_count()}"


def ratios(here: Sequence[Round], there: Sequence[Round]) -> dict[str, float]:
    """By process, the median over the rounds of what this checkout used as a multiple of the other in the same round."""
    pairs = [(with_total(a.per_thousand()), with_total(b.per_thousand())) for a, b in zip(here, there, strict=True)]
    shared = [name for name in pairs[0][0] if all(name in b and b[name] > 0 for _, b in pairs)]
    return {name: statistics.median(a[name] / b[name] for a, b in pairs) for name in shared}


def _as_json(each: Cost) -> dict[str, object]:
    return {
        "cpu_seconds_per_1000": each.cpu, "answered_per_second": each.answered, "end_to_end_per_second": each.arrived,
        "seconds_to_rest": each.rested, "doubled": each.doubled,
    }  # fmt: skip


def _table(way: Way, costs: Mapping[str, Cost], rounds: Mapping[str, Sequence[Round]]) -> Table:
    shown = table(f"{way.words}\nCPU s / 1,000", numbers=[*costs, *(["here / there"] if THERE in costs else [])])
    beside = ratios(rounds[HERE], rounds[THERE]) if THERE in rounds else {}
    for name in costs[HERE].cpu:
        values = [f"{each.cpu[name]:.3f}" if name in each.cpu else "—" for each in costs.values()]
        shown.add_row(name, *values, *([f"{beside[name]:.2f}"] if name in beside else []))
    for words, what in (("HTTP / s", "answered"), ("→ department's queue / s", "arrived"), ("s to rest afterwards", "rested")):
        shown.add_row(words, *(f"{getattr(each, what):.1f}" for each in costs.values()))
    shown.add_row("doubled", *(str(each.doubled) for each in costs.values()))
    return shown
