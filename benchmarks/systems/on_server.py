"""`python -m benchmarks.systems.on_server up|down`: the embedded system, with its stores on a PostgreSQL server.

`HUIYING_STORES` is the address of the stores, to which the name of each is added.
"""

from __future__ import annotations

import sys
from pathlib import Path

from services.console.embedded.installation import Installation
from services.console.embedded.supervisor import Supervisor
from services.console.settings import load_settings
from services.runtime.settings import inherited

STORES = "HUIYING_STORES"


class OnServer(Installation):
    """An installation whose stores are not files."""

    def __init__(self, var: Path, stores: str) -> None:
        super().__init__(var)
        self._stores = stores

    def database_url(self, name: str) -> str:
        """The store of a service, or of the access tokens."""
        return f"{self._stores}{name}"


def main(command: str) -> None:
    """Start it or stop it."""
    settings = load_settings()
    supervisor = Supervisor(settings)
    supervisor.installation = OnServer(settings.var, inherited(STORES)[STORES])
    if command == "up":
        supervisor.up()
    else:
        supervisor.down()


if __name__ == "__main__":
    main(sys.argv[1])
