"""`python -m services.console.embedded.worker_start SERVICE`: a worker whose code is loaded while the broker is still booting.

A worker that finds no broker rests longer and longer between its tries; one that stands by begins the moment it can.
"""

from __future__ import annotations

import contextlib
import sys
import time

from services.console.embedded.assemblies import assembly_of
from services.console.embedded.processes import listens
from services.runtime.process.assembly import load_settings, run
from services.runtime.settings import SettingsInvalid
from services.runtime.tls import read_address

PATIENCE_SECONDS, LOOK_SECONDS = 60.0, 0.05


def await_broker(url: str) -> None:
    """Until somebody listens at the broker's address, at most `PATIENCE_SECONDS`."""
    address, end = read_address(url), time.monotonic() + PATIENCE_SECONDS
    while not listens(address.port, address.host) and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)


def main(name: str) -> int:
    """Load, wait, work; returns the exit status."""
    assembly = assembly_of(name)
    # What is wrong with the settings, run() says.
    with contextlib.suppress(SettingsInvalid):
        await_broker(load_settings(assembly).broker_url)
    return run(assembly, ["worker"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
