"""`python -m benchmarks`: the measurements that `make bench` runs one after the other."""

from __future__ import annotations

from collections.abc import Mapping

import click

from services.console.terminal import LateCommands

#: Each measurement, and where it is among the files of measurements.
COMMANDS: Mapping[str, str] = {
    "clock": "clock.clock",
    "cost": "cost.command.cost",
    "crowd": "crowd.crowd",
    "doubles": "doubles.doubles",
    "entrusted": "entrusted.entrusted",
    "hops": "hops.hops",
    "evaluate": "learning.evaluate.evaluate",
    "playback": "learning.playback.playback",
    "lists": "lists.lists",
    "events": "meaning.incidents.events",
    "meetings": "meetings.meetings",
    "reads": "reads.reads",
    "search": "search.search",
    "speed": "speed.command.speed",
}


@click.group(cls=LateCommands, package="benchmarks", places=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """测量 · measure Huiying on this machine."""


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
