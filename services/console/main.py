"""The command line: every command of `huiying`."""

from __future__ import annotations

from typing import Any

import click

from services.console.crowding import bench_crowd
from services.console.keys import audit, token
from services.console.ledger import ledger
from services.console.office import department, migrate, topology
from services.console.parked import dead
from services.console.place import catalogue
from services.console.privacy import contacts, erase, retention
from services.console.reconciling import reconcile
from services.console.running import demo, doctor, down, logs, up
from services.console.speed import bench
from services.console.terminal import Failure
from services.console.timing import bench_clock
from services.console.traffic import import_file, listen, statistics
from services.runtime.settings import SettingsInvalid


class Group(click.Group):
    """Turns what is wrong with the settings into a message for people."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(context)
        except SettingsInvalid as error:
            raise Failure(str(error), "correct the environment") from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """回应 Huiying：民有所呼，我有所应。 Closes the loop on what people tell their congress."""


COMMANDS: tuple[click.Command, ...] = (
    up, down, demo, logs, doctor, import_file, listen, statistics, bench, bench_clock, bench_crowd,
    topology, department, token, audit, catalogue, dead, ledger, migrate,
    contacts, erase, retention, reconcile,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
