"""Commands for the embedded mode: start it, with samples or without, stop it, show its logs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import click

from services.console.demo.run import run_demo
from services.console.embedded.front.addresses import print_addresses
from services.console.embedded.node import NAME
from services.console.embedded.starting.launch import KEEPER, PROGRAMS
from services.console.embedded.supervisor import Supervisor
from services.console.settings import ADDRESS_BOOK, ConsoleSettings, load_settings
from services.console.terminal import json_option, print_json, print_plain, step

FOLLOW_SECONDS, LAST_LINES = 0.3, 20
BROKER, NODE_LOG = "broker", f"{NAME}.log"


@click.command()
@json_option
def up(as_json: bool) -> None:
    """启动 · start what is not running, and wait until everything is ready."""
    settings = load_settings()
    started = time.monotonic()
    place = Supervisor(settings).up()
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        print_json({"url": place.url, "address_book": str(settings.var.absolute() / ADDRESS_BOOK), "seconds": seconds})
    else:
        print_addresses(place, settings.var)
        step(f"就绪 Ready after {seconds} s")


@click.command()
def demo() -> None:
    """演示 · run sample opinions through the whole loop, with seconds for days; everything is left running."""
    settings, place = run_demo(load_settings())
    print_addresses(place, settings.var)


@click.command()
def down() -> None:
    """停止 · stop everything that was started here; data is kept."""
    killed = Supervisor(load_settings()).down()
    step("已停止 Stopped" + (f"; 强制结束 killed: {', '.join(killed)}" if killed else ""))


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Follow the logs.")
@click.argument("names", nargs=-1, type=click.Choice([*PROGRAMS, KEEPER, BROKER]))
def logs(follow: bool, names: tuple[str, ...]) -> None:
    """日志 · the last lines of the logs of all or of the named processes."""
    settings = load_settings()
    files = {name: path for name, path in _log_files(settings).items() if not names or name in names}
    if not files:
        step(f"没有日志 Nothing was logged in {settings.var}: huiying up")
        return
    with ExitStack() as stack:
        open_files = {name: stack.enter_context(path.open(errors="replace")) for name, path in files.items()}
        for name, handle in open_files.items():
            for line in handle.readlines()[-LAST_LINES:]:
                print_plain(f"{name:8} {line.rstrip()}")
        if follow:
            _follow(open_files)


def _follow(open_files: Mapping[str, IO[str]]) -> None:
    try:
        while True:
            for name, line in _fresh(open_files):
                print_plain(f"{name:8} {line.rstrip()}")
            time.sleep(FOLLOW_SECONDS)
    except KeyboardInterrupt:
        return


def _fresh(open_files: Mapping[str, IO[str]]) -> Iterator[tuple[str, str]]:
    for name, handle in open_files.items():
        for line in handle:
            yield name, line


def _log_files(settings: ConsoleSettings) -> dict[str, Path]:
    found = {name: settings.var / "log" / f"{name}.log" for name in (*PROGRAMS, KEEPER)}
    found[BROKER] = settings.var / "broker" / "log" / NODE_LOG
    return {name: path for name, path in found.items() if path.exists()}
