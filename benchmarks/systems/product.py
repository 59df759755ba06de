"""The product, started by the command line of a checkout and stopped again; its stores stay until the end."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.systems.running import Place
from benchmarks.systems.usage import BROKER
from benchmarks.traffic.sending import Target
from services.console.client.answers import DepartmentView, StatisticsView
from services.console.client.http import API, Client, PageView
from services.console.embedded.node import free_broker_port
from services.console.embedded.starting.processes import free_port
from services.console.settings import Addresses, read_address_book
from services.console.terminal import fail
from services.runtime.settings import inherited

PASSED_ON = ("PATH", "HOME", "LANG", "LC_*", "TMPDIR", "USER", "LOGNAME")
START_SECONDS = 400.0
EMBEDDED = "services"


class Product:
    """The system of a checkout with the example's catalogue, its stores and its broker in `var`.

    `program` is the module whose commands `up` and `down` start and stop it, `settings` are more of its environment, which may name
    another broker.
    """

    def __init__(self, checkout: Path, var: Path, program: str = EMBEDDED, settings: Mapping[str, str] | None = None) -> None:
        self.checkout, self.var, self._program = checkout, var, program
        self._environment = inherited(*PASSED_ON) | {
            "HUIYING_VAR": str(var), "HUIYING_PORT": str(free_port()), "HUIYING_BROKER_PORT": str(free_broker_port()),
            "HUIYING_CATALOGUE": str(checkout / "deploy" / "catalogue.yml"), "HUIYING_KEEP": "no", "HUIYING_LOG_LEVEL": "WARNING",
            **(settings or {}),
        }  # fmt: skip

    def up(self) -> Place:
        """Start it; returns where it is."""
        self.var.mkdir(parents=True, exist_ok=True)
        self._run("up")
        book, client = read_address_book(self.var), self.client()
        host, _, port = book["URL"].removeprefix("http://").partition(":")
        return Place(
            # A citizen's form needs no token; a batch needs somebody who is known.
            single=Target(host, int(port), f"{API}/opinions"),
            batch=Target(host, int(port), f"{API}/opinions/batch", book["ADMIN_TOKEN"]),
            broker_url=book["BROKER_URL"],
            departments=[each.code for each in client.get("/departments", PageView[DepartmentView]).items],
            pids=self._pids(),
            assigned=lambda: client.get("/statistics", StatisticsView, {"by": ""}).total.counts["assigned"],
        )

    def client(self) -> Client:
        """An administrator's."""
        book = read_address_book(self.var)
        return Client(Addresses(book["URL"], book["BROKER_URL"], None, book["ADMIN_TOKEN"]))

    def down(self) -> None:
        """Stop it unless it is stopped, and keep what it has stored."""
        if self._pids():
            self._run("down")

    def remove(self) -> None:
        """Stop it and leave nothing."""
        self.down()
        shutil.rmtree(self.var, ignore_errors=True)

    def _run(self, command: str) -> None:
        log = self.var / "console.log"
        with log.open("ab") as output:
            # This interpreter with the code of the checkout: two checkouts have the same libraries.
            done = subprocess.run(
                [sys.executable, "-m", self._program, command], cwd=self.checkout, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, timeout=START_SECONDS, check=False,
            )  # fmt: skip
        if done.returncode:
            fail(f"{self.checkout}: {self._program} {command} failed: {log.read_text(errors='replace')[-1000:]}")

    def _pids(self) -> dict[str, int]:
        files = {path.stem: path for path in sorted((self.var / "run").glob("*.pid"))} | {BROKER: self.var / "broker" / "node.pid"}
        return {name: int(path.read_text().split()[0]) for name, path in files.items() if path.exists()}


@contextmanager
def started(product: Product) -> Iterator[Place]:
    """The product while it runs; nothing of it is left at the end, nor of one that was killed before."""
    product.remove()
    try:
        yield product.up()
    finally:
        product.remove()
