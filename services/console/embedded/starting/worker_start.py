"""`python -m services.console.embedded.starting.worker_start SERVICE`: starts a worker that loads its code while the broker boots.

A worker that finds no broker waits longer and longer between its tries; this one starts as soon as the broker listens.
"""

from __future__ import annotations

import contextlib
import sys
import time

from services.console.embedded.assemblies import assembly_of
from services.console.embedded.starting.processes import listens
from services.runtime.process.assembly import load_settings, run
from services.runtime.settings import SettingsInvalid
from services.runtime.tls import read_address

PATIENCE_SECONDS, LOOK_SECONDS = 60.0, 0.05


def await_broker(url: str) -> None:
    """Wait until the broker's port is open, at most `PATIENCE_SECONDS`."""
    address, end = read_address(url), time.monotonic() + PATIENCE_SECONDS
    while not listens(address.port, address.host) and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)


def main(name: str) -> int:
    """Load, wait, work; returns the exit status."""
    assembly = assembly_of(name)
    # run() reports settings that cannot be used.
    with contextlib.suppress(SettingsInvalid):
        await_broker(load_settings(assembly).broker_url)
    return run(assembly, ["worker"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
