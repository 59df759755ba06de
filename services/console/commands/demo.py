"""`huiying demo`: sample opinions go all the way round."""

from __future__ import annotations

import click

from services.console.demo.run import run_demo
from services.console.embedded.addresses import print_addresses
from services.console.settings import load_settings


@click.command()
def demo() -> None:
    """演示 · sample opinions go all the way round, with seconds for days; everything is left running."""
    settings, place = run_demo(load_settings())
    print_addresses(place, settings.var)
