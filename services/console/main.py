"""The command line: every command of `huiying`."""

from __future__ import annotations

import click

from services.console.settings import load_settings
from services.console.supervisor import Supervisor


@click.group()
def main() -> None:
    """回应 Huiying: closes the loop on what people tell their congress."""


@main.command()
def up() -> None:
    """Start whatever is not running."""
    Supervisor(load_settings()).up()


@main.command()
def down() -> None:
    """Stop."""
    Supervisor(load_settings()).down()
