"""`huiying demo`: runs sample opinions through the whole loop."""

from __future__ import annotations

import click

from services.console.demo.run import run_demo
from services.console.embedded.addresses import print_addresses
from services.console.settings import load_settings


@click.command()
def demo() -> None:
    """演示 · run sample opinions through the whole loop, with seconds for days; everything is left running."""
    settings, place = run_demo(load_settings())
    print_addresses(place, settings.var)
