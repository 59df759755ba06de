"""`python -m services.console.embedded.keeper`: restarts processes of the embedded mode that have died, and counts it.

It finds the processes that `huiying up` has started in the list that was written then. While `up` or `down` runs it does nothing.
A process that dies again and again is restarted after longer and longer waits.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from services.console.embedded.installation import Installation, Launched, exclusive
from services.console.embedded.launch import WEB
from services.console.embedded.node import NodeFailed, PrivateNode
from services.console.embedded.processes import Slot, listens
from services.console.settings import load_settings
from services.runtime.process.logs import set_up_logs

LOOK_SECONDS = 1.0
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 0.5, 30.0
#: After this time a process counts as recovered: its next restart waits only as long as the first.
RECOVERED_SECONDS = 120.0
BROKER = "broker"
log = structlog.get_logger()


@dataclass
class Watched:
    """One process: its recent deaths, the start of its current life, and the earliest next restart."""

    deaths: int = 0
    since: float = 0.0
    not_before: float = 0.0


@dataclass
class Keeper:
    """Restarts the programs of one installation, and its private broker `node`."""

    installation: Installation
    node: PrivateNode
    port: int
    clock: Callable[[], float] = time.monotonic
    _watched: dict[str, Watched] = field(default_factory=dict)
    _slots: dict[str, Slot] = field(default_factory=dict)

    def turn(self) -> list[str]:
        """Check once; returns the names of the programs that were restarted."""
        with exclusive(self.installation.run / "lock", wait=False) as mine:
            if not mine:
                return []
            listed = self.installation.listed()
            return [name for name in (BROKER, *listed) if self._look(name, listed.get(name))]

    def _look(self, name: str, program: Launched | None) -> bool:
        now = self.clock()
        watched = self._watched.setdefault(name, Watched(since=now))
        if self._runs(name):
            if now - watched.since > RECOVERED_SECONDS:
                watched.deaths = 0
            return False
        if now < watched.not_before or not self._may_start(name):
            return False
        watched.deaths += 1
        watched.not_before = now + min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2**watched.deaths)
        watched.since = now
        if not self._start(name, program):
            return False
        self.installation.count_restart(name)
        log.error("process_started_again", process=name, deaths=watched.deaths)
        return True

    def _runs(self, name: str) -> bool:
        if name == BROKER:
            return self.node.running() or not self.node.ever_started()
        return self._slot(name).pid() is not None

    def _may_start(self, name: str) -> bool:
        # A killed web process leaves a child that holds the port for a moment.
        return name != WEB or not listens(self.port)

    def _start(self, name: str, program: Launched | None) -> bool:
        if program is not None:
            self._slot(name).start(program.argv, program.environment, self.installation.log / f"{name}.log")
            return True
        try:
            self.node.resume()
        except NodeFailed as error:
            log.warning("broker_not_started", error=str(error))
            return False
        return True

    def _slot(self, name: str) -> Slot:
        # The same slot every time: it reaps the process that it started.
        return self._slots.setdefault(name, self.installation.slot(name))


def main() -> int:
    """Run until stopped."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    installation = Installation(Path(settings.var))
    keeper = Keeper(installation, PrivateNode(installation.broker, settings.broker_port), settings.port)
    log.info("keeper_started", var=str(installation.var), programs=sorted(installation.listed()))
    while True:
        try:
            keeper.turn()
        except (OSError, json.JSONDecodeError) as error:
            log.warning("keeper_interrupted", error=repr(error))
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
