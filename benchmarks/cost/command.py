"""`python -m benchmarks cost`: CPU seconds per 1,000 opinions by process, beside the last figures or another checkout."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from benchmarks.cost import kept
from benchmarks.cost.before import build_of
from benchmarks.cost.figures import TOTAL, Cost, Measured, Way, ratios
from benchmarks.systems.product import Product, started
from benchmarks.systems.running import Running
from benchmarks.systems.usage import BROKER, load
from benchmarks.systems.yardstick import Yardstick
from benchmarks.throwaway import alone, ended_in_order
from services.console.settings import HOME, load_settings
from services.console.terminal import fail, json_option, out, print_json, step, table

WARM_UP = 200
HERE, THERE = "here", "there"
#: A batch is so much cheaper that more of them are needed for a figure.
BATCHED = 2
Rounds = dict[str, list[Measured]]


@click.command("cost")
@click.option("--against", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another checkout, in turns.")
@click.option("--opinions", "number", type=click.IntRange(10), default=1000, show_default=True, help="One by one in each round.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option("--contacts/--no-contacts", default=False, show_default=True, help="Whether single opinions have contact data.")
@click.option("--only", type=click.Choice(("single", "batch")), help="One way alone.")
@click.option("--check", is_flag=True, help=f"Fail when it is over {kept.TOLERANCE:.0%} more than in {kept.KEPT.name}.")
@click.option("--keep", is_flag=True, help=f"Write {kept.KEPT.name}.")
@click.option("--figures", type=click.Path(dir_okay=False, path_type=Path), default=kept.KEPT, help="Another file in its place.")
@json_option
def cost(
    against: Path | None,
    number: int,
    rounds: int,
    contacts: bool,
    only: str | None,
    check: bool,
    keep: bool,
    figures: Path,
    as_json: bool,
) -> None:
    """开销 · CPU seconds per 1,000 opinions by process: of 16 connections that send one by one, and of batches."""
    before = kept.read(figures) if check else {}
    ways = [
        Way("single", "逐件 one by one", batches=False, contacts=contacts, opinions=number),
        Way("batch", "成批 in batches", batches=True, contacts=True, opinions=BATCHED * number),
    ]
    ways = [way for way in ways if only in (None, way.name)]
    found = _measured({HERE: HOME} | ({THERE: against.absolute()} if against else {}), ways, rounds)
    costs = {way.name: Cost.of(found[way.name][HERE]) for way in ways}
    if keep:
        kept.write(costs, figures)
    verdicts = kept.judge(costs, before) if check else {}
    if as_json:
        print_json({way: {name: _as_json(each) for name, each in rows.items()} for way, rows in found.items()})
    else:
        for way in ways:
            out.print(_table(way, found[way.name]))
        for way in ways:
            if way.name in verdicts:
                out.print(_judgement(way, verdicts[way.name]))
    dear = [way for way in ways if way.name in verdicts and not verdicts[way.name].is_cheap]
    large = not all(verdict.is_small for verdict in verdicts.values())
    raise SystemExit(1 if large or (dear and _is_confirmed(dear, rounds, figures)) else 0)


def _is_confirmed(ways: Sequence[Way], rounds: int, figures: Path) -> bool:
    """Whether what costs too much beside its figures does so beside the build they come from too, in turns, on this machine now."""
    with tempfile.TemporaryDirectory(prefix="huiying-cost-") as folder:
        build = build_of(figures, Path(folder))
        if build is None:
            return True
        step("超出，与上次的代码轮流再测 Over it: once more, in turns with the build that the figures come from")
        found = _measured({HERE: HOME, THERE: build}, ways, rounds)
    beside = {way.words: ratios(found[way.name][HERE], found[way.name][THERE])[TOTAL] for way in ways}
    for words, ratio in beside.items():
        step(f"{words}: × {ratio:.2f}")
    return any(ratio > 1 + kept.TOLERANCE for ratio in beside.values())


def _measured(places: Mapping[str, Path], ways: Sequence[Way], rounds: int) -> dict[str, Rounds]:
    """The rounds by way and checkout, in turns, each turn beginning with another one."""
    var = load_settings().var.absolute()
    (var / "run").mkdir(parents=True, exist_ok=True)
    found: dict[str, Rounds] = {way.name: {name: [] for name in places} for way in ways}
    with alone(var / "run" / "bench.lock"), ended_in_order(), ExitStack() as stack:
        step(f"启动 Starting {len(places)}")
        running: dict[str, Running] = {}
        for name, checkout in places.items():
            place = stack.enter_context(started(Product(checkout, var / "bench" / name)))
            running[name] = stack.enter_context(Running(place))
        for each in running.values():
            each.run(min(WARM_UP, *(way.opinions for way in ways)))
        yardstick = stack.enter_context(Yardstick())
        for turn in range(rounds):
            for way in ways:
                for name in sorted(running, reverse=bool(turn % 2)):
                    found[way.name][name].append(done := _once(running[name], way, yardstick))
                    _tell(f"{turn + 1}/{rounds} {way.words}, {name}", done)
    return found


def _once(running: Running, way: Way, yardstick: Yardstick) -> Measured:
    done = running.run(way.opinions, batches=way.batches, contacts=way.contacts)
    # What came twice is shown: a busy machine may confirm late, and what it costs is judged with the rest.
    if done.refused or done.lost:
        fail(f"{way.words}: {done.refused} refused, {done.lost} lost of {way.opinions}.", "huiying doctor")
    memory = sum(bytes_ for name, bytes_ in running.meter.memory().items() if name != BROKER) / 1_000_000
    return Measured(done, yardstick.between(done.began, done.began + done.rested), memory)


def _tell(what: str, done: Measured) -> None:
    spent, rate = sum(done.round.per_thousand().values()), done.round.count / done.round.arrived
    step(f"{what}: {spent:.2f} CPU s, {rate:.0f}/s; yardstick {1000 * done.yardstick:.1f} ms, load {load()}")


def _as_json(rounds: Sequence[Measured]) -> dict[str, object]:
    each = [{"cpu": one.cpu(), "yardstick": one.yardstick, "memory": one.memory, "others": one.round.others} for one in rounds]
    return {**asdict(Cost.of(rounds)), "rounds": each}


def _table(way: Way, rounds: Rounds) -> Table:
    costs = {name: Cost.of(each) for name, each in rounds.items()}
    shown = table(f"{way.words}\nCPU s / 1,000", numbers=[*costs, *(["here / there"] if THERE in costs else [])])
    beside = ratios(rounds[HERE], rounds[THERE]) if THERE in rounds else {}
    for name in costs[HERE].cpu:
        values = [f"{each.cpu[name]:.3f}" if name in each.cpu else "—" for each in costs.values()]
        shown.add_row(name, *values, *([f"{beside[name]:.2f}"] if name in beside else []))
    shown.add_row("HTTP / s", *(f"{each.answered_rate:.1f}" for each in costs.values()))
    shown.add_row("→ department's queue / s", *(f"{each.arrived_rate:.1f}" for each in costs.values()))
    shown.add_row("s to rest afterwards", *(f"{each.rest:.1f}" for each in costs.values()))
    shown.add_row("memory, MB", *(f"{each.memory:.0f}" for each in costs.values()))
    shown.add_row("doubled", *(str(each.doubled) for each in costs.values()))
    shown.add_row("yardstick, ms", *(f"{1000 * each.yardstick:.1f}" for each in costs.values()))
    return shown


def _judgement(way: Way, verdict: kept.Verdict) -> Table:
    words = "✓" if verdict.good else f"✗ > {1 + kept.TOLERANCE:.2f}"
    shown = table(f"{way.words}\nCPU s / 1,000 {words}", numbers=("now", "before", "now / before"))
    for name in verdict.now:
        before = verdict.before.get(name, 0.0)
        ratio = f"{verdict.now[name] / before:.2f}" if before else "—"
        shown.add_row(name, f"{verdict.now[name]:.3f}", f"{before:.3f}", ratio)
    shown.add_row("memory, MB", f"{verdict.memory_now:.0f}", f"{verdict.memory_before:.0f}", "✓" if verdict.is_small else "✗")
    return shown
