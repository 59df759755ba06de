"""The figures of `python -m benchmarks speed`, and their tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from benchmarks.baseline import WINDOW
from benchmarks.latency import Latency
from benchmarks.preflight import PreflightCheck
from benchmarks.throughput import ThroughputRun
from services.console.terminal import out, table

ROWS_A_COMMIT, BAR = 50, 44
#: A baseline that changes by more than this factor means that the machine had other work.
UNREST = 1.3
MEGABYTE = 1_000_000
WAYS = {"one_by_one": "逐件 one by one", "in_batches": "成批 in batches"}
PLACES = {"accepted": "受理\naccepted", "end_to_end": "到承办队列\nend to end", "counted": "入统计账本\ncounted"}
BASELINES = {
    "commits": "持久提交\ndurable commits",
    "rows": f"每次提交 {ROWS_A_COMMIT} 行\nrows, {ROWS_A_COMMIT} a commit",
    "publishes_one_by_one": "逐条确认发布\nconfirmed publishes",
    "publishes_windowed": f"每 {WINDOW} 条确认\n{WINDOW} at a time",
}
COMPARED = ("accepted", "end_to_end")
USERS = {"services": "服务\nservices", "broker": "消息队列\nbroker", "sender": "发送方\nsender"}


@dataclass(frozen=True, slots=True)
class WayFigures:
    """The figures of one way of sending: rates and seconds by place, CPU seconds by program, shares of the baseline by place."""

    per_second: dict[str, float]
    seconds: dict[str, float]
    cpu_seconds_per_1000: dict[str, float]
    cpu_seconds: dict[str, float]
    ratio_to_baseline: dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Load:
    """What was sent in each way."""

    opinions: int
    clients: int
    opinions_a_batch: int
    bytes_an_opinion: int
    assignments_an_opinion: float


@dataclass(frozen=True, slots=True)
class SpeedResult:
    """All figures; `ways` by way of sending, `baseline` in operations a second."""

    latency: Latency
    load: Load
    ways: dict[str, WayFigures]
    baseline: dict[str, int]
    baseline_unrest: float
    peak_memory_bytes: Mapping[str, int]
    on: Sequence[PreflightCheck]

    def as_json(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "latency": asdict(self.latency),
            "throughput": {**asdict(self.load), **{way: asdict(figures) for way, figures in self.ways.items()}},
            "baseline": self.baseline, "baseline_unrest": self.baseline_unrest, "peak_memory_bytes": self.peak_memory_bytes,
            "on": [asdict(each) for each in self.on],
        }  # fmt: skip


def figures_of(done: ThroughputRun, baseline: Mapping[str, float]) -> WayFigures:
    """One way's figures beside the baseline."""
    rates = done.rates()
    return WayFigures(
        per_second={name: round(rate, 1) for name, rate in rates.items()},
        seconds={"accepted": round(done.accepted, 3), "end_to_end": round(done.arrived, 3), "counted": round(done.counted, 3)},
        cpu_seconds_per_1000={name: round(seconds, 2) for name, seconds in done.cpu_per_thousand().items()},
        cpu_seconds={name: round(seconds, 2) for name, seconds in done.cpu.items()},
        ratio_to_baseline={place: {name: round(rates[place] / baseline[name], 3) for name in baseline} for place in COMPARED},
    )


def show(result: SpeedResult) -> None:
    """Print tables and bars."""
    shown = table("毫秒，一次一件 milliseconds, one at a time", numbers=result.latency.quantiles)
    for name, values in result.latency.milliseconds.items():
        shown.add_row(name, *(f"{value:.1f}" for value in values))
    out.print(shown)
    out.print(_rates(result))
    out.print(_picture(result))
    out.print("条形为对数刻度 · the bars are logarithmic", style="dim")
    out.print(_ratios(result))
    if result.baseline_unrest > UNREST:
        moved = f"{result.baseline_unrest:.1f}"
        out.print(f"本机另有负载：前后两次下限相差 {moved} 倍，数字只作参考", style="yellow")
        out.print(f"This machine has other work: its baseline moved by a factor of {moved}, the figures are rough", style="yellow")
    out.print(_costs(result))
    if result.peak_memory_bytes:
        each = ", ".join(f"{name} {size / MEGABYTE:.0f}" for name, size in result.peak_memory_bytes.items())
        out.print(f"内存峰值 peak memory, MB: {each}")
    for row in result.on:
        out.print(f"{'✓' if row.good else '✗'} {row.what}: {row.found}", style=None if row.good else "red")


def _rates(result: SpeedResult) -> Table:
    load = result.load
    shown = table("每秒件数\nopinions a second", numbers=(*PLACES.values(), "每件交办\nassignments each", "每件字节\nbytes each"))
    for way, name in WAYS.items():
        rates = (f"{result.ways[way].per_second[place]:,.0f}" for place in PLACES)
        shown.add_row(name, *rates, f"{load.assignments_an_opinion:.2f}", f"{load.bytes_an_opinion:,}")
    return shown


def _costs(result: SpeedResult) -> Table:
    shown = table("每千件 CPU 秒\nCPU seconds per 1,000 opinions", numbers=tuple(USERS.values()))
    for way, name in WAYS.items():
        used = result.ways[way].cpu_seconds_per_1000
        shown.add_row(name, *(f"{used[user]:.2f}" if user in used else "—" for user in USERS))
    return shown


def _picture(result: SpeedResult) -> Table:
    rows = [(f"{WAYS[way]}: {PLACES[place]}", result.ways[way].per_second[place], "█") for way in WAYS for place in PLACES]
    rows += [(f"下限 baseline: {name}", result.baseline[key], "░") for key, name in BASELINES.items()]
    most = max(value for _, value, _ in rows)
    shown = Table(show_header=False, box=None, pad_edge=False)
    for name, value, sign in rows:
        shown.add_row(name.replace("\n", " "), bar(value, most, sign), f"{value:,.0f}")
    return shown


def bar(value: float, most: float, sign: str) -> str:
    """A rate as a bar on a logarithmic scale from 1 to `most`."""
    return sign * max(1, round(BAR * math.log(max(value, 1.0)) / math.log(max(most, 2.0))))


def _ratios(result: SpeedResult) -> Table:
    shown = table("与本机下限之比\nshare of this machine's baseline", numbers=tuple(BASELINES.values()))
    shown.add_row("下限，每秒 the baseline, a second", *(f"{result.baseline[key]:,}" for key in BASELINES))
    for way in WAYS:
        for place in COMPARED:
            shares = result.ways[way].ratio_to_baseline[place]
            shown.add_row(f"{WAYS[way]}: {PLACES[place]}".replace("\n", " "), *(f"{shares[key]:.3f}" for key in BASELINES))
    return shown
