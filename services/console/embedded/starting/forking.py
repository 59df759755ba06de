"""Programs that are forked from a process that has loaded their code: they share its memory, and none loads it again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from services.runtime.settings import take_over

MODULE = "-m"
#: What the kernel shows as the name of a process.
LONGEST_NAME = 15


class Forked(BaseException):
    """Raised in a new process, so that it leaves everything that its parent had begun; `main` is what it is to run then."""

    def __init__(self, main: Callable[[], int]) -> None:
        super().__init__()
        self.main = main


def main_of(argv: Sequence[str]) -> Callable[[], int] | None:
    """The function behind `python -m module arguments`; None for any other command."""
    if MODULE not in argv[1:2]:
        return None
    _, _, module, *arguments = argv

    def main() -> int:
        status: int = import_module(module).main(*arguments)
        return status

    return main


def fork(name: str, main: Callable[[], int], environment: Mapping[str, str], folder: Path, output: BinaryIO) -> int:
    """Fork a process in a session of its own, with its own environment and output; returns its pid. Raises `Forked` there."""
    if pid := os.fork():
        return pid
    os.setsid()
    os.chdir(folder)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number in (1, 2):
        os.dup2(output.fileno(), number)
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(f"huiying-{name}"[:LONGEST_NAME])
    take_over(environment)
    raise Forked(main)
