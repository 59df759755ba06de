"""A temporary system for a measurement: private stores and a private broker beside the installation's."""

from __future__ import annotations

import fcntl
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from services.console.embedded.installation import Installation
from services.console.embedded.node import free_broker_port
from services.console.embedded.starting.processes import free_port
from services.console.embedded.supervisor import Supervisor
from services.console.settings import ConsoleSettings
from services.console.terminal import fail

NAME = "bench"


@contextmanager
def throwaway(given: ConsoleSettings) -> Iterator[Supervisor]:
    """A supervisor whose system is not `up` yet; nothing of it is left at the end, whatever happens.

    It has the catalogue of `given` and keeps its stores in the same folder, so on the same disk. Fails while another runs.
    """
    home = Installation(given.var)
    home.prepare()
    with alone(home.run / f"{NAME}.lock"), ended_in_order():
        supervisor = Supervisor(_private(given, home.var / NAME))
        # A killed run may have left something.
        _remove(supervisor)
        try:
            yield supervisor
        finally:
            _remove(supervisor)


def _private(given: ConsoleSettings, var: Path) -> ConsoleSettings:
    own = ConsoleSettings(var=var, port=free_port(), broker_port=free_broker_port(), keep=False)
    return replace(own, catalogue=given.catalogue, log_level=given.log_level)


def _remove(supervisor: Supervisor) -> None:
    # Nobody will read what the node would write at its end, which takes seconds.
    supervisor.node.kill()
    supervisor.down()
    shutil.rmtree(supervisor.settings.var, ignore_errors=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file of a folder's measurements; fails while somebody else does."""
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fail("Somebody is measuring here already.", "wait until that has ended: two at once would measure each other")
        yield


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Turn SIGTERM into SystemExit, so that what was started is stopped first."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
