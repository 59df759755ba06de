"""What running programs and their children use, and what the machine does meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

import psutil

BROKER, POSTGRES = "broker", "postgres"


class Meter:
    """Reads what the processes in `pids`, by name, and all their descendants have used."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._roots = {name: psutil.Process(pid) for name, pid in pids.items()}

    @property
    def pids(self) -> dict[str, int]:
        """The pid of each program."""
        return {name: root.pid for name, root in self._roots.items()}

    def read(self) -> dict[str, float]:
        """CPU seconds so far by name, children included that have ended and were waited for."""
        return {name: sum(map(_seconds, _tree(root))) for name, root in self._roots.items()}

    def memory(self) -> dict[str, int]:
        """Bytes of memory by name; what several processes share counts in part for each of them, where the system tells."""
        return {name: sum(map(_bytes, _tree(root))) for name, root in self._roots.items()}


def machine_seconds() -> float:
    """CPU seconds that all processes of the machine have used since it started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def load() -> str:
    """The machine's load: runnable processes over the last minute, and cores."""
    return f"{psutil.getloadavg()[0]:.1f}/{psutil.cpu_count()}"


def _tree(root: psutil.Process) -> Iterator[psutil.Process]:
    yield root
    with contextlib.suppress(psutil.NoSuchProcess):
        yield from root.children(recursive=True)


def _seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0


def _bytes(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess):
        found = process.memory_full_info()
        return int(getattr(found, "pss", found.rss))
    return 0
