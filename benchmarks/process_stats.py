"""CPU time and memory of running programs and their children."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """CPU seconds so far, and the most memory (bytes) each process ever had, added up."""

    seconds: float
    peak: int


def stats_of(pids: Mapping[str, int | None]) -> dict[str, ProcessStats]:
    """The usage of each running program by name."""
    found: dict[str, ProcessStats] = {}
    for name, pid in pids.items():
        with contextlib.suppress(psutil.Error):
            if pid is not None:
                found[name] = _added(psutil.Process(pid))
    return found


def _added(root: psutil.Process) -> ProcessStats:
    """The sum of a process and its descendants, including children that have ended and were waited for."""
    seconds, peak = 0.0, 0
    for each in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = each.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
            peak += _peak_of(each)
    return ProcessStats(seconds, peak)


def _peak_of(process: psutil.Process) -> int:
    """The peak memory on Linux; elsewhere the current memory."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(process.memory_info().rss)
