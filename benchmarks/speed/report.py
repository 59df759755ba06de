"""The figures as tables, for the screen and as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.table import Table

from benchmarks.quantiles import QUANTILES
from benchmarks.speed.baseline import Baseline
from benchmarks.speed.figures import MEGABYTE, Comparison, Figures, Flow, Pick, Waits
from benchmarks.speed.goals import CELERY, DRAMATIQ, GOALS, LIMIT, batch_rate, single_rate
from benchmarks.speed.preflight import PreflightCheck
from benchmarks.speed.profile import Profile
from benchmarks.speed.targets import HUIYING
from services.console.terminal import table

PROCESSES = ("web", "intake", "routing", "notify", "metrics", "worker", "broker", "postgres")
NOTHING = "—"
SHOWN = [name for name in QUANTILES if name != "max"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what the first column holds, the other columns, the rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def on_screen(self) -> Table:
        """For the terminal."""
        shown = table(self.title, numbers=self.columns)
        for row in self.rows:
            shown.add_row(*row)
        return shown

    def markdown(self) -> str:
        """For a file."""
        lines = [[self.title, *self.columns], ["---", *["---:"] * len(self.columns)], *self.rows]
        return "\n".join(f"| {' | '.join(cell.replace(chr(10), ' ') for cell in line)} |" for line in lines)


@dataclass
class SpeedReport:
    """Everything that a run has found. `machine` says what it ran on."""

    machine: Mapping[str, object]
    found: Comparison = field(default_factory=Comparison)
    baselines: list[Baseline] = field(default_factory=list)
    on: dict[str, list[PreflightCheck]] = field(default_factory=dict)
    profiles: dict[str, list[Profile]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether everything was on and nothing was lost, doubled or refused; goals are not part of it."""
        checked = all(check.good for checks in self.on.values() for check in checks)
        troubles = (each.troubles.values() for rounds in self.found.rounds.values() for each in rounds)
        return checked and not any(map(any, troubles))

    def as_json(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "machine": dict(self.machine),
            "rounds": [asdict(each) for rounds in self.found.rounds.values() for each in rounds],
            "baselines": [asdict(each) for each in self.baselines],
            "goals": [
                {"target": name, "goal": goal.words, "asked": goal.asked, "found": value, "met": goal.met(value)}
                for name, least in products(self.found)
                for goal in GOALS
                if (value := goal.find(self.found, name, least)) is not None
            ],
            "profiles": {name: {each.name: each.top() for each in found} for name, found in self.profiles.items()},
            "on": {name: [asdict(check) for check in checks] for name, checks in self.on.items()},
        }

    def sheets(self) -> list[Sheet]:
        """All tables."""
        made = [_saturation, _costs, _half, _alone, _batches, _memory, _machine]
        return [
            *(make(self.found) for make in made),
            _goals(self.found),
            _baselines(self.baselines),
            _on(self.on),
            *_profiles(self.profiles),
        ]

    def markdown(self) -> str:
        """The whole report."""
        facts = "\n".join(f"- {name}: {value}" for name, value in self.machine.items())
        return "\n\n".join(["# Speed", facts, *(sheet.markdown() for sheet in self.sheets())]) + "\n"


def products(found: Comparison) -> list[tuple[str, str]]:
    """The product's targets, each with the one on the same store that has the fewest opinions stored."""
    names = [name for name in found.rounds if name.startswith(HUIYING)]
    return [(name, next(each for each in names if each.split()[1] == name.split()[1])) for name in names]


def cell(values: Sequence[float], digits: int = 0) -> str:
    """The median, and the least and the most where they differ."""
    if not values:
        return NOTHING
    least, middle, most = (f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return middle if least == most else f"{middle} ({least}..{most})"


def _rows(found: Comparison, columns: Mapping[str, tuple[Pick, int]], names: Sequence[str] | None = None) -> list[list[str]]:
    wanted = found.rounds if names is None else names
    return [[name, *(cell(found.values(name, pick), digits) for pick, digits in columns.values())] for name in wanted]


def _sheet(title: str, found: Comparison, columns: Mapping[str, tuple[Pick, int]], names: Sequence[str] | None = None) -> Sheet:
    return Sheet(title, list(columns), _rows(found, columns, names))


def _times(found: Comparison, name: str, peer: str, pick: Pick) -> str:
    value = found.ratio(name, peer, pick, single_rate)
    return NOTHING if value is None else f"{value:.2f}"


def _saturation(found: Comparison) -> Sheet:
    columns: dict[str, tuple[Pick, int]] = {"201 / s": (lambda each: each.single.http_rate, 0), "→ queue / s": (single_rate, 0)}
    after = {what: (_trouble(what), 0) for what in ("refused", "lost", "doubled")}
    rows = []
    for first, last in zip(_rows(found, columns), _rows(found, after), strict=True):
        ratios = [_times(found, first[0], peer, single_rate) for peer in (CELERY, DRAMATIQ, LIMIT)]
        rows.append([*first, *ratios, *last[1:]])
    return Sheet("逐件，16 条连接 one by one, 16 connections", [*columns, "× Celery", "× dramatiq", "× limit", *after], rows)


def _trouble(what: str) -> Pick:
    return lambda each: each.troubles[what]


def _cpu(flow: Callable[[Figures], Flow | None]) -> dict[str, tuple[Pick, int]]:
    def of(process: str) -> Pick:
        return lambda each: found.cpu.get(process) if (found := flow(each)) else None

    return {
        "total": (lambda each: found.total if (found := flow(each)) else None, 2),
        **{name: (of(name), 2) for name in PROCESSES},
    }


def _costs(found: Comparison) -> Sheet:
    return _sheet("逐件，每千件 CPU 秒 one by one, CPU s per 1,000", found, _cpu(lambda each: each.single))


def _waits(title: str, found: Comparison, waits: Callable[[Figures], Waits]) -> Sheet:
    def of(place: str, quantile: str) -> Pick:
        return lambda each: getattr(waits(each), place).get(quantile)

    columns: dict[str, tuple[Pick, int]] = {"/ s": (lambda each: waits(each).rate, 0)}
    columns |= {f"201 {name}": (of("answered", name), 1) for name in SHOWN}
    columns |= {f"→ queue {name}": (of("arrived", name), 1) for name in SHOWN}
    return _sheet(title, found, columns)


def _half(found: Comparison) -> Sheet:
    return _waits("Celery 一半的负载，毫秒 at half of Celery's rate, ms", found, lambda each: each.half)


def _alone(found: Comparison) -> Sheet:
    return _waits("一次一件，毫秒 one at a time, ms", found, lambda each: each.alone)


def _batches(found: Comparison) -> Sheet:
    columns: dict[str, tuple[Pick, int]] = {"→ queue / s": (batch_rate, 0)}
    names = [name for name, _ in products(found)]
    rates, costs = (_rows(found, each, names) for each in (columns, _cpu(lambda each: each.batch)))
    rows = [[*rate, _times(found, rate[0], CELERY, batch_rate), *cost[1:]] for rate, cost in zip(rates, costs, strict=True)]
    return Sheet("成批，带联系方式 in batches, with contact data", [*columns, "× Celery", "CPU s per 1,000", *PROCESSES], rows)


def _memory(found: Comparison) -> Sheet:
    def of(process: str) -> Pick:
        return lambda each: each.memory[process] / MEGABYTE if process in each.memory else None

    columns: dict[str, tuple[Pick, int]] = {"app": (lambda each: each.app_megabytes, 0)}
    return _sheet("内存，MB memory, MB", found, columns | {name: (of(name), 0) for name in PROCESSES})


def _machine(found: Comparison) -> Sheet:
    columns: dict[str, tuple[Pick, int]] = {
        "其他程序占用 others, %": (lambda each: 100 * each.others, 0),
        "尺度 yardstick, ms": (lambda each: 1000 * each.yardstick, 1),
        "赶上 caught up, s": (lambda each: each.single.rest, 1),
        "成批赶上 in batches": (lambda each: each.batch.rest if each.batch else None, 1),
    }  # fmt: skip
    return _sheet("测量时的机器 the machine meanwhile", found, columns)


def _goals(found: Comparison) -> Sheet:
    names = products(found)
    rows = []
    for goal in GOALS:
        values = [goal.find(found, name, least) for name, least in names]
        marks = [NOTHING if value is None else f"{'✓' if goal.met(value) else '✗'} {value:.2f}" for value in values]
        rows.append([goal.words, goal.asked, *marks])
    return Sheet("目标 what is to be reached", ["asked", *(name for name, _ in names)], rows)


def _baselines(baselines: Sequence[Baseline]) -> Sheet:
    rows = [[name, *(f"{each.rates[name]:,.0f}" for each in baselines)] for name in (baselines[0].rates if baselines else ())]
    return Sheet("本机下限，每秒 this machine alone, a second", ["before", "after"][: len(baselines)], rows)


def _profiles(profiles: Mapping[str, Sequence[Profile]]) -> list[Sheet]:
    return [
        Sheet(f"{target}: {each.name}", ["own, %", "with what it calls, %"], [
            [frame, f"{100 * own:.1f}", f"{100 * whole:.1f}"] for frame, own, whole in each.top()
        ])
        for target, found in profiles.items() for each in found
    ]  # fmt: skip


def _on(on: Mapping[str, Sequence[PreflightCheck]]) -> Sheet:
    rows = [[f"{'✓' if check.good else '✗'} {name}: {check.what}", check.found] for name, checks in on.items() for check in checks]
    return Sheet("全部开启 everything is on", ["found"], rows)
