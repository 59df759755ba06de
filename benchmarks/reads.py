"""How long the statistics, their page and the scrape take while sixteen ask at once, on a small store and on a large one."""

from __future__ import annotations

import http.client
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import click

from benchmarks.cluster import PrivateCluster
from benchmarks.reads_store import fill
from services.console.embedded.starting.processes import free_port
from services.console.settings import EXAMPLE
from services.runtime.clock import ZONE
from services.runtime.settings import inherited

FEW, MANY, READERS, SECONDS = 1_000, 1_000_000, 16, 6.0
#: The newest month of the stores that are filled.
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)


def _any_instant() -> str:
    at = NOW - timedelta(seconds=random.randrange(1, 900 * 86_400))  # nosec B311
    return f"/api/v1/statistics?by=department&as_of={at:%Y-%m-%dT%H:%M:%S}%2B08:00"


#: What is asked, by name. Of an instant that nobody asked about before, nothing is kept that could be shared.
QUESTIONS: dict[str, Callable[[], str]] = {
    "statistics": lambda: "/api/v1/statistics",
    "by department": lambda: "/api/v1/statistics?by=department",
    "by department, 2025": lambda: "/api/v1/statistics?by=department&from=2025-01-01&to=2025-12-31",
    "by month": lambda: "/api/v1/statistics?by=month",
    "as of any instant": _any_instant,
    "page": lambda: "/statistics",
    "page by topic": lambda: "/statistics?by=topic",
    "scrape": lambda: "/metrics",
    "ledger": lambda: "/api/v1/ledger",
    "ledger heads": lambda: "/api/v1/ledger/heads",
}


@dataclass(slots=True)
class Asked:
    """What came of one question: the milliseconds of the first answer and of all later ones, and how many were refused."""

    first: float = 0.0
    times: list[float] = field(default_factory=list)
    refused: int = 0

    def quantile(self, share: float) -> float:
        """The milliseconds within which a share of the answers came."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def ask(port: int, path: Callable[[], str], readers: int, seconds: float) -> Asked:
    """Let readers ask for some seconds, each again as soon as it has its answer."""
    asked = Asked()
    asked.first, _ = _one(http.client.HTTPConnection("127.0.0.1", port, timeout=120), path())
    end = time.monotonic() + seconds

    def read() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while time.monotonic() < end:
            took, status = _one(connection, path())
            if status == 200:
                asked.times.append(took)
            else:
                asked.refused += 1

    threads = [threading.Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return asked


def _one(connection: http.client.HTTPConnection, path: str) -> tuple[float, int]:
    began = time.perf_counter()
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    return 1000 * (time.perf_counter() - began), response.status


@contextmanager
def served(url: str, folder: Path) -> Iterator[int]:
    """The web process of metrics on a store; gives its port."""
    port = free_port()
    known = {
        "HUIYING_METRICS_DATABASE_URL": url, "HUIYING_METRICS_PORT": str(port), "HUIYING_CATALOGUE": str(EXAMPLE),
        "HUIYING_ACCESS_DATABASE_URL": f"sqlite:///{folder / 'access.db'}", "HUIYING_BROKER_URL": "amqp://127.0.0.1:1/huiying",
        "HUIYING_WORK_A_MINUTE": "0",
    }  # fmt: skip
    process = subprocess.Popen(  # nosec B603
        [sys.executable, "-m", "services.metrics", "web"],
        env=inherited("PATH", "HOME", "LANG") | known,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            _one(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz")
            return
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("the web process does not answer")


@contextmanager
def store(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty store."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'metrics.db'}"
        return
    cluster = PrivateCluster()
    cluster.start()
    try:
        yield cluster.create()
    finally:
        cluster.stop()


def measure(kind: str, cases: int, readers: int, seconds: float) -> dict[str, Asked]:
    """Fill a store and ask everything."""
    with tempfile.TemporaryDirectory(prefix="huiying-reads-") as name, store(kind, Path(name)) as url:
        began = time.monotonic()
        fill(url, cases, NOW)
        click.echo(f"{cases} cases on {kind} in {time.monotonic() - began:.0f} s", err=True)
        with served(url, Path(name)) as port:
            return {question: ask(port, path, readers, seconds) for question, path in QUESTIONS.items()}


@click.command()
@click.option("--cases", default=MANY, show_default=True, help="cases of the large store")
@click.option("--store", "kind", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--readers", default=READERS, show_default=True, help="how many ask at once")
@click.option("--seconds", default=SECONDS, show_default=True, help="for how long each question is asked")
def reads(cases: int, kind: str, readers: int, seconds: float) -> None:
    """测公开数字的读取 · how long public figures take, with few cases and with many."""
    few, many = (measure(kind, number, readers, seconds) for number in (FEW, cases))
    click.echo(f"{readers} at once, milliseconds; {FEW} cases, then {cases}")
    click.echo(f"{'':22}{'first':>8}{'p50':>8}{'p95':>8}   {'first':>8}{'p50':>8}{'p95':>8}{'refused':>9}{'p50 ratio':>11}")
    for question in QUESTIONS:
        small, large = few[question], many[question]
        numbers = "   ".join(f"{each.first:8.1f}{each.quantile(0.5):8.1f}{each.quantile(0.95):8.1f}" for each in (small, large))
        ratio = large.quantile(0.5) / small.quantile(0.5)
        click.echo(f"{question:22}{numbers}{small.refused + large.refused:9}{ratio:11.2f}")
