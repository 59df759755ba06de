"""One installation from its start to the checker's word: faults strike one after another while the load runs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cluster import PrivateCluster
from services.console.settings import HOME
from services.contracts.lifecycle import WITH_DEPARTMENT
from tests.faults.scene import AUDIT, Load, NotShown, Scene, disturbed, listen_to_everything, words
from tests.faults.strikes import Fault
from tests.faults.system import SILENT, System
from tests.patience import limit

SETTLE_SECONDS, QUIET_SECONDS, TAKE_SECONDS = 240.0, 3.0, 180.0
RECOVERY_SECONDS, FULL_SPEED = 7.0, 500.0
#: A client of a service that is undisturbed waits no longer than this (s), on a machine that is busy with other things; at most.
SLOWEST = 16.0, 28.0
WAITING = (
    "SELECT count(*) FROM assignments WHERE role = 'lead' AND department <> '" + SILENT + "' "
    f"AND state IN ({', '.join(map(repr, WITH_DEPARTMENT))})"
)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """What one fault showed: how long it lasted and how long recovery took (s), what clients saw, what was wrong."""

    name: str
    what: str
    lasted: float
    recovery: float
    saw: str
    wrong: str = ""

    @property
    def line(self) -> str:
        """For a person."""
        words = f"{self.name:28} {self.what:52} {self.lasted:6.1f} s {self.recovery:6.1f} s  {self.saw}"
        return words + (f"  ✗ {self.wrong}" if self.wrong else "")


@dataclass
class Result:
    """All rows, the checker's findings, and its summary."""

    rows: list[Row] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Whether nothing was wrong at all."""
        return not self.findings and not any(row.wrong for row in self.rows)


class Stage:
    """Drives the faults on one system."""

    def __init__(self, system: System, opinions: int, patience: float, say: Say, cluster: PrivateCluster | None = None) -> None:
        self._system, self._opinions, self._patience, self._say, self._cluster = system, opinions, patience, say, cluster
        self._quota = 0

    def run(self, faults: Sequence[Fault]) -> Result:
        """Everything up, every fault, until all is quiet; then the checker. Nothing is left running."""
        result = Result()
        try:
            address = self._system.up()
            listen_to_everything(address.broker_url)
            load = Load(self._system, self._system.var.name, threads=6)
            scene = Scene(self._system, load, self._patience, self._cluster)
            try:
                for number, fault in enumerate(faults, 1):
                    share = self._opinions * number // len(faults) - self._quota
                    result.rows.append(row := self._strike(scene, fault, share))
                    self._say(f"{number:3}/{len(faults)} {row.line}")
                self._settle(scene)
            finally:
                load.close()
            self._judge(scene, result)
        except NotShown as error:
            result.findings.append({"kind": "the run broke off", "about": str(error), "seen": self._system.last_words()})
        finally:
            self._system.remove()
        return result

    def _strike(self, scene: Scene, fault: Fault, share: int) -> Row:
        began, wrong = time.time(), ""  # noqa: TID251
        self._quota += share
        # So slowly that some are still to come while it recovers; what is left then is sent as fast as it is taken.
        scene.load.tell("pace", round(max(3.0, share / (fault.seconds * self._patience + RECOVERY_SECONDS)), 1))
        scene.load.tell("quota", share)
        time.sleep(0.4)
        struck = time.monotonic()
        try:
            fault.strike(scene)
        except (AssertionError, OSError) as error:
            wrong = f"{error}"
        over = time.monotonic()
        self._system.up()
        recovery = time.monotonic() - over
        try:
            recovery += scene.probe()
            scene.load.tell("pace", FULL_SPEED)
            scene.until("everything is taken", lambda: scene.load.watch.counts["submitted"] >= self._quota, TAKE_SECONDS)
        except NotShown as error:
            wrong = f"{wrong} {error}".strip()
        attempts = scene.load.watch.attempts(began, time.time())  # noqa: TID251
        noticed = disturbed(attempts, limit(*SLOWEST)) if fault.calm else []
        if noticed:
            wrong = f"{wrong} {len(noticed)} clients noticed: {noticed[0]}".strip()
        return Row(fault.name, fault.what, over - struck, recovery, words(attempts), wrong)

    def _settle(self, scene: Scene) -> None:
        """Until nothing has waited and nothing has come for a while; what never gets quiet is the checker's to tell."""
        end, quiet_since, before = time.monotonic() + SETTLE_SECONDS, time.monotonic(), None
        while time.monotonic() < end and time.monotonic() - quiet_since < QUIET_SECONDS:
            counts = scene.load.watch.counts
            now = counts["letter"], counts["command"], counts["rated"], counts["ruled"]
            if now != before or self._waiting(scene):
                quiet_since, before = time.monotonic(), now
            time.sleep(0.3)

    def _waiting(self, scene: Scene) -> int:
        stores = ("intake", "routing", "notify", "metrics")
        outboxes = sum(self._system.ask_store(name, "SELECT count(*) FROM outbox") for name in stores)
        return int(outboxes + self._system.ask_store("routing", WAITING) + scene.waiting_at_the_broker())

    def _judge(self, scene: Scene, result: Result) -> None:
        plan = self._system.checker_plan([scene.load.journal, scene.path], AUDIT)
        path = self._system.write("checker.json", plan)
        asked = subprocess.run(
            [sys.executable, "-m", "tests.faults.checker", str(path)], cwd=HOME, capture_output=True, text=True, timeout=900,
            check=False,
        )  # fmt: skip
        lines = [json.loads(line) for line in asked.stdout.splitlines()]
        if asked.returncode not in (0, 1) or not lines:
            result.findings.append({"kind": "the checker failed", "about": "", "seen": asked.stderr[-2000:]})
            return
        *result.findings, last = lines
        result.summary = last["summary"]
