"""`huiying statistics`: the published numbers on a terminal."""

from __future__ import annotations

import click

from services.console.client.answers import StatisticsView
from services.console.client.http import Client
from services.console.client.statistics import print_statistics
from services.console.settings import addresses, load_settings
from services.console.terminal import json_option, print_json


@click.command()
@click.option("--by", default="department", show_default=True, help="Dimensions, with commas between them; empty for the total.")
@click.option("--from", "since", help="Submitted on or after this date or instant.")
@click.option("--to", "until", help="Submitted before; a date includes its day.")
@click.option("--as-of", "as_of", help="As of this instant.")
@json_option
def statistics(by: str, since: str | None, until: str | None, as_of: str | None, as_json: bool) -> None:
    """统计 · the published numbers and rates."""
    given = {"by": by, "from": since, "to": until, "as_of": as_of}
    client, query = Client(addresses(load_settings())), {name: value for name, value in given.items() if value}
    if as_json:
        print_json(client.get("/statistics", dict[str, object], query))
    else:
        print_statistics(client.get("/statistics", StatisticsView, query))
