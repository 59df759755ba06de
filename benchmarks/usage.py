"""CPU seconds of running programs and their children."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import psutil

BROKER = "broker"


class Meter:
    """Reads what the processes in `pids`, by name, and all their descendants have used."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._roots = {name: psutil.Process(pid) for name, pid in pids.items()}

    def read(self) -> dict[str, float]:
        """CPU seconds so far by name, children included that have ended and were waited for."""
        return {name: sum(map(_seconds, (root, *root.children(recursive=True)))) for name, root in self._roots.items()}


def _seconds(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)
    return 0.0
