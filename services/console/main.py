"""The command line: every command of `huiying`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from services import VERSION
from services.console.terminal import LateCommands

#: Each command, and where it is among the files of commands.
COMMANDS: Mapping[str, str] = {
    "up": "running.up", "down": "running.down", "demo": "running.demo", "logs": "running.logs", "doctor": "doctor.doctor",
    "import": "importing.import_file", "listen": "departments.listen", "statistics": "statistics.statistics",
    "topology": "topology.topology", "department": "departments.department", "catalogue": "catalogue.catalogue",
    "dead": "dead_letters.dead", "ledger": "ledger.ledger", "migrate": "migrate.migrate", "reconcile": "reconcile.reconcile",
    "model": "model.model", "token": "people.tokens.token", "account": "people.accounts.account",  # nosec B105
    "deputy": "people.deputies.deputy", "audit": "people.audit.audit", "contacts": "people.personal_data.contacts",
    "erase": "people.personal_data.erase", "retention": "people.personal_data.retention",
}  # fmt: skip


@click.group(
    cls=LateCommands,
    package="services.console.commands",
    places=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, prog_name="huiying", message="%(prog)s %(version)s")
def main() -> None:
    """回应 Huiying：民有所呼，我有所应。 Closes the loop on what people tell their congress."""
