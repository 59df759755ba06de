"""The command line: every command of `huiying`."""

from __future__ import annotations

import click

from services import VERSION
from services.console.commands.access import audit, token
from services.console.commands.catalogue import catalogue
from services.console.commands.dead_letters import dead
from services.console.commands.departments import department, listen
from services.console.commands.doctor import doctor
from services.console.commands.importing import import_file
from services.console.commands.ledger import ledger
from services.console.commands.migrate import migrate
from services.console.commands.personal_data import contacts, erase, retention
from services.console.commands.reconcile import reconcile
from services.console.commands.running import demo, down, logs, up
from services.console.commands.statistics import statistics
from services.console.commands.topology import topology
from services.console.terminal import CommandLine


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="huiying", message="%(prog)s %(version)s")
def main() -> None:
    """回应 Huiying：民有所呼，我有所应。 Closes the loop on what people tell their congress."""


COMMANDS: tuple[click.Command, ...] = (
    up, down, demo, logs, doctor, import_file, listen, statistics,
    topology, department, token, audit, catalogue, dead, ledger, migrate,
    contacts, erase, retention, reconcile,
)  # fmt: skip
for command in COMMANDS:
    main.add_command(command)
