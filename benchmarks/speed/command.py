"""`python -m benchmarks speed`: the product beside what others achieve on the same work, in one run."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click
import psutil

from benchmarks.cluster import ClusterMissing
from benchmarks.speed.baseline import SECONDS as BASELINE_SECONDS
from benchmarks.speed.baseline import measure_baseline
from benchmarks.speed.figures import Figures
from benchmarks.speed.goals import CELERY
from benchmarks.speed.measuring import A_TURN, FULL, QUICK, Amount, measure, profile
from benchmarks.speed.profile import PY_SPY
from benchmarks.speed.report import SpeedReport
from benchmarks.speed.targets import HUIYING, PEER_NAMES, STORE_KINDS, Target, targets
from benchmarks.systems.peer import PEERS
from benchmarks.systems.stack import stacked
from benchmarks.systems.usage import load
from benchmarks.systems.yardstick import Yardstick
from benchmarks.throwaway import alone, ended_in_order
from services.console.embedded.node import NodeFailed
from services.console.settings import HOME, load_settings
from services.console.terminal import fail, json_option, out, print_json, step
from services.runtime.clock import SystemClock

BUILT = HOME / "build" / "bench"
STORED = (1_000, 100_000, 1_000_000)
NAMES = (HUIYING, *PEER_NAMES)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how often."""

    targets: Sequence[str]
    kinds: Sequence[str]
    stored: Sequence[int]
    rounds: int
    amount: Amount
    profiles: Path | None


@click.command("speed")
@click.option("--quick", is_flag=True, help="One short round with the fewest opinions stored.")
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True)
@click.option(
    "--opinions", "number", type=click.IntRange(10, A_TURN // 4), default=FULL.opinions, show_default=True, help="At saturation."
)
@click.option("--targets", "names", multiple=True, type=click.Choice(NAMES), default=NAMES, show_default=True)
@click.option("--store", "kinds", multiple=True, type=click.Choice(STORE_KINDS), default=STORE_KINDS, show_default=True)
@click.option("--stored", multiple=True, type=click.IntRange(0), default=STORED, show_default=True, help="Opinions stored before.")
@click.option("--out", "folder", type=click.Path(file_okay=False, path_type=Path), default=BUILT, help="Where the report goes.")
@click.option("--profile/--no-profile", "with_profile", default=True, help="One more turn each, by function; where py-spy is.")
@json_option
def speed(
    quick: bool,
    rounds: int,
    number: int,
    names: Sequence[str],
    kinds: Sequence[str],
    stored: Sequence[int],
    folder: Path,
    with_profile: bool,
    as_json: bool,
) -> None:
    """测速 · rates, waiting times, CPU and memory with everything on, beside Celery, dramatiq and a bare design, in one run."""
    times, amount = (1, QUICK) if quick else (rounds, FULL.of(number))
    plan = Plan(
        names,
        kinds,
        stored[:1] if quick else stored,
        times,
        amount,
        folder / "profile" if with_profile and PY_SPY.exists() else None,
    )
    if set(names) & set(PEER_NAMES) and not PEERS.is_dir():
        fail(f"{PEERS} is not there: Celery and dramatiq are in an environment of their own.", "make bench, or --targets huiying")
    report = _measured(plan)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "speed.json").write_text(json.dumps(report.as_json(), ensure_ascii=False, indent=2) + "\n")
    (folder / "speed.md").write_text(report.markdown())
    if as_json:
        print_json(report.as_json())
    else:
        for sheet in report.sheets():
            out.print(sheet.on_screen())
        out.print(f"{folder}/speed.md, {folder}/speed.json")
    raise SystemExit(0 if report.good else 1)


def _measured(plan: Plan) -> SpeedReport:
    var = load_settings().var.absolute()
    (var / "run").mkdir(parents=True, exist_ok=True)
    report = SpeedReport(_machine(plan))
    with alone(var / "run" / "bench.lock"), ended_in_order(), ExitStack() as held:
        try:
            stack = held.enter_context(stacked())
        except (ClusterMissing, NodeFailed) as error:
            fail(str(error))
        step("下限 The baseline, with the same bytes")
        report.baselines.append(measure_baseline(stack, min(BASELINE_SECONDS, plan.amount.seconds)))
        wanted = targets(plan.targets, plan.kinds, plan.stored, stack, var / "bench")
        for target in wanted:
            held.callback(target.remove)
            step(f"准备 Preparing {target.name}")
            target.prepare()
        with Yardstick() as yardstick:
            _rounds(report, plan, wanted, yardstick)
        if plan.profiles is not None:
            for target in wanted:
                step(f"剖析 Profile: {target.name}")
                report.profiles[target.name] = profile(
                    target, plan.amount, plan.profiles / target.name.replace(" ", "-").replace(",", "")
                )
        step("再测下限 The baseline once more")
        report.baselines.append(measure_baseline(stack, min(BASELINE_SECONDS, plan.amount.seconds)))
    return report


def _rounds(report: SpeedReport, plan: Plan, wanted: Sequence[Target], yardstick: Yardstick) -> None:
    turn = 0
    for number in range(1, plan.rounds + 1):
        rate = None
        for target in _in_turns(wanted, number):
            step(f"第 {number}/{plan.rounds} 轮 Round {number} of {plan.rounds}: {target.name}, load {load()}")
            turn += 1
            figures, checks = measure(target, number, turn, plan.amount, rate, yardstick)
            report.found.add(figures)
            if checks:
                report.on[target.name] = checks
            if target.name == CELERY:
                rate = figures.single.rate / 2
            _tell(figures)


def _in_turns(wanted: Sequence[Target], number: int) -> list[Target]:
    """Celery first, because the others get half of its rate; each round begins with another one of the rest."""
    first = [target for target in wanted if target.name == CELERY]
    rest = [target for target in wanted if target.name != CELERY]
    start = (number - 1) % len(rest) if rest else 0
    return [*first, *rest[start:], *rest[:start]]


def _tell(figures: Figures) -> None:
    batch = f", in batches {figures.batch.rate:.0f}/s at {figures.batch.total:.2f} CPU s" if figures.batch else ""
    step(f"  {figures.single.rate:.0f}/s at {figures.single.total:.2f} CPU s{batch}; others {figures.others:.0%}")


def _machine(plan: Plan) -> dict[str, object]:
    return {
        "date": SystemClock().now().isoformat(timespec="minutes"), "cores": psutil.cpu_count(), "load at the start": load(),
        "system": platform.platform(), "python": platform.python_version(), "rounds": plan.rounds, "opinions": plan.amount.opinions,
    }  # fmt: skip
