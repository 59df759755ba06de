"""A system that one checkout of the product runs, started by its own command line and watched from outside."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.traffic.job import Done, Job, send
from benchmarks.traffic.sending import Target
from benchmarks.traffic.witness import Witness
from benchmarks.usage import BROKER, Meter
from services.console.client.answers import DepartmentView, StatisticsView
from services.console.client.http import API, Client, PageView
from services.console.embedded.node import free_broker_port
from services.console.embedded.processes import free_port
from services.console.settings import Addresses, read_address_book
from services.console.terminal import fail
from services.runtime.settings import inherited

PASSED_ON = ("PATH", "HOME", "LANG", "LC_*", "TMPDIR", "USER", "LOGNAME")
START_SECONDS = 180.0
#: It rests when it has used less than this share of a core for this long.
CALM, CALM_SECONDS, LOOK, STALL_SECONDS = 0.12, 1.0, 0.2, 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """One round: the answers, the seconds until the last was answered and until the last arrived, CPU seconds by process."""

    done: Done
    answered: float
    arrived: float
    rested: float
    cpu: dict[str, float]
    doubled: int

    @property
    def count(self) -> int:
        """How many opinions were sent."""
        return len(self.done.sent)

    def per_thousand(self) -> dict[str, float]:
        """CPU seconds for a thousand opinions by process."""
        return {name: 1000 * seconds / self.count for name, seconds in self.cpu.items()}


class Checkout:
    """A running system with stores and a broker of its own in `var`."""

    def __init__(self, place: Addresses, var: Path) -> None:
        self.client, self._token = Client(place), place.admin_token or ""
        self.meter = Meter(_pids(var))
        host, _, port = place.url.removeprefix("http://").partition(":")
        self._host, self._port = host, int(port)
        departments = [each.code for each in self.client.get("/departments", PageView[DepartmentView]).items]
        self.witness, self._sent = Witness(place.broker_url, departments), 0

    def run(self, count: int, *, batches: bool = False, contacts: bool = False, connections: int = 16) -> Round:
        """Send opinions as fast as it takes them, and wait until it has nothing left to do; fails when any of them is lost."""
        path = f"{API}/opinions/batch" if batches else f"{API}/opinions"
        # A batch needs somebody who is known; a citizen does not.
        target = Target(self._host, self._port, path, self._token if batches else "")
        job = Job(target, self._sent, count, connections, batches=batches, contacts=contacts)
        before, assigned = self.meter.read(), self._assigned()
        self._sent += count
        done = send(job)
        if len(accepted := done.accepted) < count:
            fail(f"Of {count} opinions {len(accepted)} were accepted.", "huiying doctor")
        if missing := self.witness.wait(accepted, STALL_SECONDS):
            fail(f"{len(missing)} of {count} opinions did not reach a department's queue.", "huiying doctor")
        rested, after = self._await_rest(lambda: self._assigned() >= assigned + count)
        began = min(each.due for each in done.sent)
        return Round(
            done,
            answered=done.seconds,
            arrived=max(self.witness.arrivals[opinion] for opinion in accepted) - began,
            rested=rested - began,
            cpu={name: after[name] - before[name] for name in before},
            doubled=self.witness.doubled(accepted),
        )

    def _await_rest(self, complete: Callable[[], bool]) -> tuple[float, dict[str, float]]:
        """When it came to rest with everything counted, and what the processes had used by then."""
        end = time.monotonic() + STALL_SECONDS
        since, used = self._calm(end)
        while not complete():
            since, used = self._calm(end)
            if time.monotonic() > end:
                fail(f"Not everything was counted in the statistics within {STALL_SECONDS:.0f} s.", "huiying doctor")
        return since, used

    def _calm(self, end: float) -> tuple[float, dict[str, float]]:
        since, used = time.monotonic(), self.meter.read()
        while time.monotonic() < min(end, since + CALM_SECONDS):
            time.sleep(LOOK)
            now = self.meter.read()
            if sum(now.values()) - sum(used.values()) > CALM * max(LOOK, time.monotonic() - since):
                since, used = time.monotonic(), now
        return since, used

    def _assigned(self) -> int:
        return self.client.get("/statistics", StatisticsView, {"by": ""}).total.counts["assigned"]


@contextmanager
def started(checkout: Path, var: Path) -> Iterator[Checkout]:
    """The system of a checkout, with the example's catalogue; nothing of it is left at the end."""
    given = {
        "HUIYING_VAR": str(var),
        "HUIYING_PORT": str(free_port()),
        "HUIYING_BROKER_PORT": str(free_broker_port()),
        "HUIYING_KEEP": "no",
    }
    given |= {"HUIYING_CATALOGUE": str(checkout / "deploy" / "catalogue.yml"), "HUIYING_LOG_LEVEL": "WARNING"}
    var.mkdir(parents=True, exist_ok=True)

    def huiying(command: str) -> None:
        # This interpreter with the code of the checkout: both have the same libraries.
        program = [sys.executable, "-m", "services", command]
        with (var / "console.log").open("ab") as log:
            done = subprocess.run(
                program, cwd=checkout, env=inherited(*PASSED_ON) | given, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                timeout=START_SECONDS, check=False,
            )  # fmt: skip
        if done.returncode:
            fail(f"{checkout}: huiying {command} failed: {(var / 'console.log').read_text()[-1000:]}")

    try:
        huiying("up")
        book = read_address_book(var)
        running = Checkout(Addresses(book["URL"], book["BROKER_URL"], None, book["ADMIN_TOKEN"]), var)
        with running.witness:
            yield running
    finally:
        huiying("down")
        shutil.rmtree(var, ignore_errors=True)


def _pids(var: Path) -> dict[str, int]:
    """The pid of every process by name."""
    files = {path.stem: path for path in sorted((var / "run").glob("*.pid"))} | {BROKER: var / "broker" / "node.pid"}
    return {name: int(path.read_text().split()[0]) for name, path in files.items()}
