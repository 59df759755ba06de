"""`python -m services.console.embedded.keeper`: starts the processes of the embedded mode, and again those that have died.

It loads the code of all of them once and forks them. What `huiying up` wants to have started comes in lines on standard input,
until one of them tells it to become the keeper. From then on it finds in the list that `up` has written what is to run, counts what
it starts again, and does nothing while `up` or `down` runs. What dies again and again is started after longer and longer waits.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import structlog

from services.console.embedded.installation import Installation, Launched, exclusive
from services.console.embedded.node import NodeFailed, PrivateNode
from services.console.embedded.queue_maker import QueueMaker
from services.console.embedded.starting.forking import Forked, main_of
from services.console.embedded.starting.launch import KEEPER, WEB
from services.console.embedded.starting.preloading import load_all
from services.console.embedded.starting.processes import Slot, listens
from services.console.settings import OWN_CATALOGUE, load_settings
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
            self.begin(name, program)
            return True
        try:
            self.node.resume()
        except NodeFailed as error:
            log.warning("broker_not_started", error=str(error))
            return False
        return True

    def begin(self, name: str, program: Launched) -> None:
        """Start a program: by forking where its code is here. Raises `Forked` in the new process."""
        slot, log_file = self._slot(name), self.installation.log / f"{name}.log"
        main = main_of(program.argv)
        if main is None:
            slot.start(program.argv, program.environment, log_file)
        else:
            slot.fork(main, program.environment, log_file)

    def _slot(self, name: str) -> Slot:
        # The same slot every time: it reaps the process that it started.
        return self._slots.setdefault(name, self.installation.slot(name))


def obey(keeper: Keeper) -> bool:
    """Start what is asked for, a line each; returns whether it is to become the keeper, rather than to end."""
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if keeps := bool(request.get("keep")):
            keeper.installation.slot(KEEPER).record(os.getpid())
        else:
            keeper.begin(request["name"], Launched(request["argv"], request["environment"]))
        os.write(1, b"done\n")
        if keeps:
            # Nobody listens any more.
            os.dup2(2, 1)
            return True
    return False


def keep(keeper: Keeper) -> NoReturn:
    """Keep everything running, until it is stopped itself, and make the queues that another catalogue needs."""
    queues = QueueMaker(keeper.installation.var / OWN_CATALOGUE)
    log.info("keeper_started", var=str(keeper.installation.var), programs=sorted(keeper.installation.listed()))
    while True:
        try:
            keeper.turn()
            queues.look()
        except (OSError, json.JSONDecodeError) as error:
            log.warning("keeper_interrupted", error=repr(error))
        time.sleep(LOOK_SECONDS)


def main() -> int:
    """Start what is asked for and keep it running; in a process that was forked for that, be the program itself."""
    settings = load_settings()
    set_up_logs(settings.log_level)
    installation = Installation(Path(settings.var))
    keeper = Keeper(installation, PrivateNode(installation.broker, settings.broker_port), settings.port)
    load_all(settings.catalogue)
    try:
        if obey(keeper):
            keep(keeper)
    except Forked as born:
        program = born.main
    else:
        return 0
    return program()


if __name__ == "__main__":
    sys.exit(main())
