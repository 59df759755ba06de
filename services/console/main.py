"""The command line: every command of `huiying`."""

from __future__ import annotations

import click

from services import VERSION
from services.console.commands.access import audit, token
from services.console.commands.catalogue import catalogue
from services.console.commands.dead_letters import dead
from services.console.commands.ledger import ledger
from services.console.commands.operations import department, migrate, topology
from services.console.commands.privacy import contacts, erase, retention
from services.console.commands.reconcile import reconcile
from services.console.commands.running import demo, doctor, down, logs, up
from services.console.commands.traffic import import_file, listen, statistics
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
