"""The command that measures what one department and a crowd of slow clients do to everybody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from benchmarks.crowd import Crowded, Waits, measure
from benchmarks.latency import QUANTILES, quantiles
from benchmarks.throwaway import throwaway
from services.console.commands.operations import json_option
from services.console.settings import load_settings
from services.console.terminal import out, print_json, step, table

#: What the others may wait at most (ms), whatever one does.
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
def bench_crowd(slow: int, commands: int, signatures: int, as_json: bool) -> None:
    """人多时的等候 · how long others wait while one department floods its queue and slow clients hang on."""
    with throwaway(load_settings()) as supervisor:
        place = supervisor.up()
        step(f"慢客户端 Slow clients: {slow}; 一个部门的命令 commands of one department: {commands:,}")
        found = measure(place, slow, commands, signatures)
    result = shown(found, commands)
    if as_json:
        print_json(result)
    else:
        _print(result)


def shown(found: Crowded, commands: int) -> dict[str, Any]:
    """The figures as JSON has them: milliseconds at the quantiles, and whether the others waited no longer than they may."""
    times = {"before": _milliseconds(found.before), "during": _milliseconds(found.during)}
    return {
        "milliseconds": times,
        "limits": LIMITS,
        "commands_a_second": round(commands / found.flood_seconds, 1),
        "file": {"milliseconds": round(1000 * found.file_seconds, 1), "bytes": found.file_bytes},
        "good": all(times["during"][name]["max"] <= most for name, most in LIMITS.items()),
    }


def _milliseconds(waits: Waits) -> dict[str, dict[str, float]]:
    return {name: _of(values) for name, values in (("healthz", waits.healthz), ("sign", waits.sign))}


def _of(values: Sequence[float]) -> dict[str, float]:
    found = quantiles([1000 * value for value in values])
    return {**dict(zip(QUANTILES, found, strict=True)), "count": len(values)}


def _print(result: dict[str, Any]) -> None:
    rows = table("毫秒 milliseconds", numbers=[*QUANTILES, "次 times", "上限 limit"])
    for name, words in NAMES.items():
        for when, told in (("before", "平时 alone"), ("during", "人多时 in the crowd")):
            values = result["milliseconds"][when][name]
            rows.add_row(f"{words}, {told}", *(f"{values[q]:.1f}" for q in QUANTILES), str(values["count"]), f"{LIMITS[name]:.0f}")
    out.print(rows)
    out.print(f"每秒命令 commands a second: {result['commands_a_second']:,.0f}", markup=False)
    out.print("✓ 未超上限 within the limits" if result["good"] else "✗ 超过上限 beyond the limits", markup=False)
    file = result["file"]
    out.print(
        f"其中一件的全部记录 the file of one of its cases: {file['milliseconds']:.0f} ms, {file['bytes']:,} bytes", markup=False
    )
