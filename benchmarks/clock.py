"""`python -m benchmarks clock`: the cost of one scan for due deadlines, with few and with many open ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import structlog

from benchmarks.cluster import ClusterMissing, PrivateCluster
from benchmarks.scan import DUE, FEW, MANY, Look, measure
from services.console.settings import load_settings
from services.console.terminal import json_option, out, print_json, step, table
from services.contracts.catalogue.check import load_catalogue
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database

MakeDatabase = Callable[[FixedClock], Database]
COLUMNS = ("read", "find", "climb")


@dataclass(frozen=True, slots=True)
class Looks:
    """The measurements on one kind of store: with few open deadlines, then with many."""

    looks: list[Look]

    @property
    def ratio(self) -> dict[str, float]:
        """The cost with many open deadlines as a multiple of that with few."""
        return self.looks[-1].beside(self.looks[0])

    def as_json(self) -> dict[str, object]:
        """The JSON form."""
        listed = [{column: getattr(look, column) for column in ("open", "due", *COLUMNS)} for look in self.looks]
        return {"looks": listed, "ratio": self.ratio}


@click.command("clock")
@click.option("--open", "many", type=click.IntRange(FEW), default=MANY, show_default=True, help="How many deadlines are open.")
@json_option
def clock(many: int, as_json: bool) -> None:
    """时钟测速 · the cost of one scan for due deadlines, compared with 10,000 open ones, on SQLite and PostgreSQL."""
    catalogue, results = load_catalogue(load_settings().catalogue), dict[str, Looks]()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for name, opening in (("SQLite", _sqlite()), ("PostgreSQL", _postgres())):
        step(f"{name}: {FEW:,} 与 and {many:,} 件在办 open, {DUE:,} 件到期 due")
        try:
            with opening as make:
                results[name] = Looks(measure(make, catalogue, (FEW, many)))
        except ClusterMissing as error:
            step(f"未测 Not measured: {error}")
    if as_json:
        print_json({name: looks.as_json() for name, looks in results.items()})
    else:
        _print(results)


def _print(results: dict[str, Looks]) -> None:
    shown = table("存储 store", numbers=("在办 open", "到期 due", "读取 read", "查找毫秒 find, ms", "触发毫秒 fire all, ms"))
    for name, result in results.items():
        for look in result.looks:
            shown.add_row(name, f"{look.open:,}", f"{look.due:,}", f"{look.read:,}", f"{look.find:.1f}", f"{look.climb:.1f}")
        shown.add_row(f"{name} 倍数 times", "", "", *(f"{result.ratio[column]:.2f}" for column in COLUMNS))
    out.print(shown)
    out.print("读取：PostgreSQL 为行数，SQLite 为引擎步数 · read: rows on PostgreSQL, steps of the engine on SQLite")


@contextmanager
def _sqlite() -> Iterator[MakeDatabase]:
    with tempfile.TemporaryDirectory(prefix="huiying-clock-") as folder:
        paths = (Path(folder) / f"{number}.db" for number in range(FEW))
        yield lambda clock: Database(f"sqlite:///{next(paths)}", "notify", clock)


@contextmanager
def _postgres() -> Iterator[MakeDatabase]:
    cluster = PrivateCluster()
    try:
        cluster.start()
        yield lambda clock: Database(cluster.create(), "notify", clock)
    finally:
        cluster.stop()
