"""Programs that are forked from a process that has loaded their code: they share its memory, and none loads it again."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from services.console.embedded.assemblies import assemblies
from services.contracts.catalogue.check import CatalogueInvalid
from services.runtime.clock import SystemClock
from services.runtime.process.catalogue import Source
from services.runtime.process.signing import Ed25519Signer
from services.runtime.settings import take_over
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, STORE, known_revisions

MODULE = "-m"
#: Modules that others load when they are first used.
LATE = ("kombu.compression", "kombu.connection", "kombu.message", "kombu.transport.pyamqp")
#: What the kernel shows as the name of a process.
LONGEST_NAME = 15


class Forked(BaseException):
    """Raised in a new process, so that it leaves everything that its parent had begun; `main` is what it is to run then."""

    def __init__(self, main: Callable[[], int]) -> None:
        super().__init__()
        self.main = main


def load_all(catalogue: Path) -> None:
    """Load what all programs need: their code and the catalogue; what each of them loaded for itself, none of them would share."""
    for assembly in assemblies().values():
        known_revisions(assembly.migrations)
    for folder in (STORE, ACCESS):
        known_revisions(folder)
    for module in ("combined_app", "worker_start"):
        import_module(f"{__package__}.{module}")
    for module in LATE:
        import_module(module)
    # The first key makes OpenSSL ready, the first connection SQLAlchemy.
    Ed25519Signer([MODULE])
    store = Database("sqlite://", MODULE, SystemClock())
    store.ping()
    store.close()
    # What is wrong with it, the programs say.
    with contextlib.suppress(CatalogueInvalid):
        Source(catalogue.absolute()).read()
    # The collector of garbage would write to these pages, which would end the sharing.
    gc.collect()
    gc.freeze()


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
