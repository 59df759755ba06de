"""`python -m benchmarks`: the measurements that `make bench` runs one after the other."""

from __future__ import annotations

import click

from benchmarks.clock import clock
from benchmarks.cost.command import cost
from benchmarks.crowd import crowd
from benchmarks.doubles import doubles
from benchmarks.entrusted import entrusted
from benchmarks.hops import hops
from benchmarks.learning.evaluate import evaluate
from benchmarks.learning.playback import playback
from benchmarks.lists import lists
from benchmarks.meaning.incidents import events
from benchmarks.meetings import meetings
from benchmarks.reads import reads
from benchmarks.search import search
from benchmarks.speed.command import speed
from services.console.terminal import CommandLine


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """测量 · measure Huiying on this machine."""


for command in (speed, cost, hops, reads, clock, crowd, evaluate, playback, events, doubles, search, lists, entrusted, meetings):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
