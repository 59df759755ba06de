"""`python -m benchmarks`: the measurements that `make bench` runs one after the other."""

from __future__ import annotations

import click

from benchmarks.crowd_command import bench_crowd
from benchmarks.speed import bench
from benchmarks.timing import bench_clock
from services.console.terminal import CommandLine


@click.group(cls=CommandLine, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """测量 · measure Huiying on this machine."""


for command in (bench, bench_clock, bench_crowd):
    main.add_command(command)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
