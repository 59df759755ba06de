"""What running programs have used of the machine, as Linux counts it: CPU time and memory, their children's included."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Process:
    """One row of `/proc`: `ticks` of CPU, with those of children that have ended; `peak` bytes of memory."""

    pid: int
    parent: int
    ticks: int
    peak: int


@dataclass(frozen=True, slots=True)
class ProcessStats:
    """CPU seconds so far, and the most memory (bytes) each process ever had, added up."""

    seconds: float
    peak: int


def stats_of(pids: Mapping[str, int | None]) -> dict[str, ProcessStats] | None:
    """The usage of each program that runs, by its name; None on a machine that has no `/proc` to say it."""
    if not (PROC / "self" / "stat").exists():
        return None
    found = {process.pid: process for process in _processes()}
    return {name: added(found, pid) for name, pid in pids.items() if pid is not None}


def added(found: Mapping[int, Process], root: int) -> ProcessStats:
    """A process and all that descend from it."""
    ours = [process for process in found.values() if root in _line(found, process)]
    seconds = sum(process.ticks for process in ours) / os.sysconf("SC_CLK_TCK")
    return ProcessStats(seconds, sum(process.peak for process in ours))


def _line(found: Mapping[int, Process], process: Process) -> Iterator[int]:
    """The process and its ancestors, the nearest first."""
    current: Process | None = process
    while current is not None:
        yield current.pid
        current = found.get(current.parent)


def _processes() -> Iterator[Process]:
    for folder in PROC.iterdir():
        if folder.name.isdecimal():
            # It may end while we look.
            with contextlib.suppress(OSError):
                yield parsed(int(folder.name), (folder / "stat").read_text(), (folder / "status").read_text())


def parsed(pid: int, stat: str, status: str) -> Process:
    """A process from the texts of its `stat` and `status` (proc(5)); the name in `stat` may have blanks and brackets."""
    facts = stat.rpartition(")")[2].split()
    peak = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
    return Process(pid, int(facts[1]), sum(map(int, facts[11:15])), peak * 1024)
