"""The processes of a folder that is thrown away: found by their environment, in whatever file their pids stand or in none."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil


def running_with(folder: Path) -> list[int]:
    """The pids of all processes that were given this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(str(folder) in value for value in process.environ().values()):
                found.append(process.pid)
    return found


def end_all(folder: Path, seconds: float = 60.0) -> None:
    """Kill them all, those that one of them starts meanwhile as well: nobody needs what they would still write."""
    end = time.monotonic() + seconds
    while pids := running_with(folder):
        assert time.monotonic() < end, f"{pids} survived"
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
