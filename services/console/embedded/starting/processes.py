"""Background processes that outlive the command that started them, each with a pid file that a reused pid cannot fool."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import psutil

from services.console.embedded.starting.forking import fork

STEP_SECONDS = 0.05
ENDINGS = (signal.SIGINT, signal.SIGTERM)
#: Below the ephemeral ports of Linux and macOS: an outgoing connection must not take a port that is wanted again.
PORTS = range(10_000, 32_000)


def birth_of(pid: int) -> str | None:
    """When a process was started, as a text that no other process with this pid will have; None when it does not run."""
    try:
        process = psutil.Process(pid)
        # Linux counts from the boot, which no change of the clock moves; what psutil adds to that is taken off again.
        born = process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0)
        # A zombie has ended already and is only not reaped yet.
        return None if process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD) else f"{_boot()}:{born:.2f}"
    except psutil.Error:
        return None


def _boot() -> str:
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return "-"


#: Names of ports among sockets without files, which end with this process, however it does.
_taken: list[socket.socket] = []


def free_port(among: range = PORTS) -> int:
    """A loopback port that is free, and that no other program which asks here gets as long as this one runs."""
    while not take(port := secrets.choice(among)):
        pass
    return port


def take(port: int) -> bool:
    """Keep a port from others that look for one, as somebody will listen there only seconds later; False when it is not free.

    Only Linux has sockets that are a name and no file; elsewhere nobody is kept from anything.
    """
    holder = socket.socket(socket.AF_UNIX)
    try:
        if sys.platform == "linux":
            holder.bind(f"\0huiying-port-{port}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except OSError:
        holder.close()
        return False
    _taken.append(holder)
    return True


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether connections to a port are accepted."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Delay SIGINT and SIGTERM until the block has ended. Does nothing outside of the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {number: signal.signal(number, lambda number, _: received.append(number)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in received:
            signal.raise_signal(late)


class Slot:
    """One background process: `path` holds its pid and start time while it runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._child: subprocess.Popen[bytes] | None = None
        self._forked: int | None = None

    @property
    def name(self) -> str:
        """The file's name without its suffix."""
        return self.path.stem

    def pid(self) -> int | None:
        """The pid while the process runs, else None."""
        pid = self._recorded()
        if self._child is not None:
            # After reading, so that a child that was seen to have ended is reaped too.
            self._child.poll()
        if self._forked is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._forked, os.WNOHANG)
        return pid

    def _recorded(self) -> int | None:
        try:
            pid, _, birth = self.path.read_text().strip().partition(" ")
        except FileNotFoundError:
            return None
        return int(pid) if pid.isdecimal() and birth and birth_of(int(pid)) == birth else None

    def start(self, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
        """Start `argv` in a session of its own, in the folder of `log`, to which its output is appended; returns the pid."""
        with self._place(log) as output:
            self._child = subprocess.Popen(
                argv, env=dict(environment), cwd=log.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip
            self.record(self._child.pid)
        return self._child.pid

    def fork(self, main: Callable[[], int], environment: Mapping[str, str], log: Path) -> int:
        """The same with a function of this process in place of a command; raises `Forked` in the new process."""
        with self._place(log) as output:
            self._forked = fork(self.name, main, environment, log.parent, output)
            self.record(self._forked)
        return self._forked

    def record(self, pid: int) -> None:
        """Write the pid file."""
        draft = self.path.with_suffix(".draft")
        draft.write_text(f"{pid} {birth_of(pid) or 'ended'}\n")
        draft.replace(self.path)

    @contextlib.contextmanager
    def _place(self, log: Path) -> Iterator[BinaryIO]:
        for folder in (self.path.parent, log.parent):
            folder.mkdir(parents=True, exist_ok=True)
        # A signal in between would leave a process without a pid file.
        with log.open("ab") as output, undisturbed():
            yield output

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if the process still runs."""
        pid = self.pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def stop_all(slots: Iterable[Slot], patience: float) -> list[str]:
    """Terminate all processes, wait at most `patience` seconds in all, then kill; returns the names of those that were killed."""
    waiting = [slot for slot in slots if slot.pid() is not None]
    for slot in waiting:
        slot.signal(signal.SIGTERM)
    left = _await_end(waiting, patience)
    for slot in left:
        slot.signal(signal.SIGKILL)
    _await_end(left, 5.0)
    return [slot.name for slot in left]


def _await_end(slots: Sequence[Slot], patience: float) -> list[Slot]:
    end, left = time.monotonic() + patience, list(slots)
    while left and time.monotonic() < end:
        left = [slot for slot in left if slot.pid() is not None]
        if left:
            time.sleep(STEP_SECONDS)
    return left
