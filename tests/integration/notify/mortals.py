"""Workers of notify that can be killed and are back at once: `python -m tests.integration.notify.mortals STORE BROKER CHANNEL`.

It loads everything once and then forks a worker for each `start` it reads, so that a new one is there in no time. `kill PID`
ends one with SIGKILL, `stop PID` with SIGTERM. Each line is answered by one; at the end of input nobody is left alive.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.notify import __main__ as notify
from services.notify.settings import Settings
from services.runtime.clock import SystemClock
from services.runtime.process.assembly import worker_loops
from services.runtime.process.catalogue import InUse
from services.runtime.process.health import status_application
from services.runtime.process.logs import set_up_logs
from services.runtime.process.worker import run_worker
from services.runtime.settings import inherited
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from tests.unit.notify.scenes import KEY, rung, small_place

ROOT = Path(__file__).parents[3]
#: One rung a deadline, so that none is passed over for a later one and each can be counted.
LADDER = (rung("sign-soon", of="sign", before="1s"), rung("reply-soon", before="1s"))
LOST_SECONDS = 3.0


def serve(store, broker, channel):
    """Be a worker, in a place that never closes and counts in seconds, until a signal."""
    place = small_place(*LADDER, every_day=True, channels={"water": (channel,)})
    InUse.of = lambda _, make: InUse(place, make)
    set_up_logs("ERROR")
    settings = Settings(
        database_url=store, access_database_url="sqlite://", broker_url=broker, letter_lost=LOST_SECONDS, contact_keys=(KEY,)
    )  # fmt: skip
    clock, telemetry = SystemClock(), Telemetry()
    database = Database(settings.database_url, "notify", clock)
    loops = worker_loops(notify.ASSEMBLY, settings, database, notify.ASSEMBLY.build(settings, database, clock), telemetry)
    return run_worker("notify", loops, status_application("notify", {}, telemetry.expose), "127.0.0.1", 0)


def _fork() -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        status = serve(*sys.argv[1:])
    finally:
        os._exit(status)


def _end(pid: int, number: signal.Signals) -> int:
    os.kill(pid, number)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def main() -> None:
    """Obey the lines of standard input."""
    alive: set[int] = set()
    for line in sys.stdin:
        word, _, rest = line.strip().partition(" ")
        if word == "start":
            alive.add(answer := _fork())
        else:
            answer = _end(int(rest), signal.SIGKILL if word == "kill" else signal.SIGTERM)
            alive.discard(int(rest))
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in alive:
        _end(pid, signal.SIGKILL)


class Mortals:
    """The other side of the pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self) -> int:
        """A new worker; returns its pid."""
        return self._ask("start")

    def kill(self, pid: int) -> None:
        """As if the power went."""
        assert self._ask(f"kill {pid}") == -signal.SIGKILL

    def stop(self, pid: int) -> int:
        """Ask one to end; returns its exit status."""
        return self._ask(f"stop {pid}")

    def _ask(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def mortals(store: str, broker: str, channel: str) -> Iterator[Mortals]:
    """Workers on a migrated store, none at first."""
    command = [sys.executable, "-m", "tests.integration.notify.mortals", store, broker, channel]
    environment = inherited("PATH", "LANG", "TMPDIR")
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield Mortals(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


if __name__ == "__main__":
    main()
