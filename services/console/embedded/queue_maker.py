"""Makes the queues of departments that another catalogue has brought, while everything runs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import structlog

from services.contracts.catalogue.check import CatalogueInvalid
from services.runtime.process.catalogue import Source
from services.runtime.settings import inherited

#: `huiying topology apply`, in a process of its own: a broker that does not answer holds up nobody.
APPLY: Final = (sys.executable, "-c", "from services.console.main import main; main()", "topology", "apply")
AGAIN_SECONDS: Final = 30.0
log = structlog.get_logger()


class QueueMaker:
    """Watches the catalogue in use; what could not be applied is tried again."""

    def __init__(self, catalogue: Path, command: Sequence[str] = APPLY, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._path, self._command, self._clock = Source(catalogue), catalogue, command, clock
        self._running: subprocess.Popen[bytes] | None = None
        self._is_owed, self._not_before = False, 0.0
        self._read()

    def look(self) -> None:
        """Apply the topology if the catalogue is another one, or if that failed some time ago; never waits."""
        if self._running is not None:
            status = self._running.poll()
            if status is None:
                return
            self._running = None
            if status:
                self._is_owed, self._not_before = True, self._clock() + AGAIN_SECONDS
                log.warning("queues_not_made", status=status, advice="huiying topology apply")
        if self._source.has_changed() and self._read():
            self._is_owed, self._not_before = True, 0.0
        if self._is_owed and self._clock() >= self._not_before:
            self._is_owed = False
            environment = {**inherited("*"), "HUIYING_CATALOGUE": str(self._path)}
            self._running = subprocess.Popen(self._command, env=environment, stdin=subprocess.DEVNULL)

    def _read(self) -> bool:
        """Whether the catalogue as it is now is right; one with mistakes is in use nowhere."""
        try:
            self._source.read()
        except CatalogueInvalid:
            return False
        return True
