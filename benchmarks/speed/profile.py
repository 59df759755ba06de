"""Where the CPU goes by function: py-spy looks at running processes from outside and writes folded stacks.

It sees what is ready to run, so on a busy machine what waits for a core counts too.
"""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.systems.peer import PEERS

PY_SPY = PEERS / "bin" / "py-spy"
#: Looks a second: enough for a table, too few to slow what is looked at.
RATE = 50
MOST, PATIENCE = 12, 30.0
PYTHON = "python"


@dataclass(frozen=True, slots=True)
class Profile:
    """The looks at one process, by what was running then (`own`) and by everything that waited for it (`whole`)."""

    name: str
    looks: int
    own: Mapping[str, int]
    whole: Mapping[str, int]

    @classmethod
    def read(cls, name: str, folded: str) -> Profile:
        """From folded stacks: functions from the outermost on, separated by `;`, then the number of looks."""
        own, whole, looks = Counter[str](), Counter[str](), 0
        for line in folded.splitlines():
            stack, _, times = line.rpartition(" ")
            # The first one is the process, which is all there is to see of one that is just starting or ending.
            frames = stack.split(";")[1:] or [stack]
            own[frames[-1]] += int(times)
            whole.update(dict.fromkeys(frames, int(times)))
            looks += int(times)
        return cls(name, looks, own, whole)

    def top(self) -> list[tuple[str, float, float]]:
        """The functions that run most themselves: each with its own share and that of what it calls."""
        return [(frame, times / self.looks, self.whole[frame] / self.looks) for frame, times in Counter(self.own).most_common(MOST)]


@contextmanager
def profiling(pids: Mapping[str, int], folder: Path) -> Iterator[dict[str, Profile]]:
    """Look at the Python processes among these and at their children; the profiles are there when the block has ended."""
    found, folder = dict[str, Profile](), folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    watchers = {name: _watch(pid, folder / f"{name}.folded") for name, pid in _pythons(pids).items()}
    try:
        yield found
    finally:
        for watcher in watchers.values():
            watcher.send_signal(signal.SIGINT)
        for name, watcher in watchers.items():
            watcher.wait(PATIENCE)
            path = folder / f"{name}.folded"
            if path.exists():
                found[name] = Profile.read(name, path.read_text())


def _pythons(pids: Mapping[str, int]) -> dict[str, int]:
    found = {}
    for name, pid in pids.items():
        root = psutil.Process(pid)
        if PYTHON in root.name() or PYTHON in Path(root.exe()).name:
            found[name] = pid
    return found


def _watch(pid: int, path: Path) -> subprocess.Popen[bytes]:
    path.unlink(missing_ok=True)
    command = [str(PY_SPY), "record", "--pid", str(pid), "--subprocesses", "--rate", str(RATE), "--duration", "unlimited"]
    options = ["--nonblocking", "--function", "--format", "raw", "--output", str(path)]
    return subprocess.Popen([*command, *options], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
