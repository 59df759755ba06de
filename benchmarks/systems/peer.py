"""Celery, dramatiq and the bare design as systems beside the product; every start is on an empty store, or one filled with rows."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.work import DEPARTMENTS, STORED, TABLES
from benchmarks.systems.running import Place
from benchmarks.systems.stack import Stack
from benchmarks.traffic.sending import Target
from services.console.embedded.starting.processes import free_port, listens
from services.console.settings import HOME
from services.console.terminal import fail
from services.runtime.settings import inherited

PEERS = HOME / ".venv-peers"
HOST, PATH = "127.0.0.1", "/opinions"
START_SECONDS, STOP_SECONDS, STEP = 60.0, 15.0, 0.1
WEB, WORKER = "web", "worker"
GUNICORN = (
    "gunicorn", "benchmarks.peers.{name}_web:app", "--bind", "127.0.0.1:{port}", "--no-control-socket", "--keep-alive", "75",
    "--worker-class", "gthread", "--threads", "{threads}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Design:
    """A peer: the threads of its web process, and the command of its worker. The numbers are the best of those tried."""

    name: str
    threads: int
    worker: tuple[str, ...]

    def commands(self, port: int) -> dict[str, list[str]]:
        """The commands of both processes."""
        web = [part.format(name=self.name, port=port, threads=self.threads) for part in GUNICORN]
        return {name: [str(PEERS / "bin" / first), *rest] for name, (first, *rest) in ((WEB, web), (WORKER, self.worker))}


DESIGNS = (
    Design("celery", 8, (
        "celery", "--app", "benchmarks.peers.celery_worker", "worker", "--pool", "prefork", "--concurrency", "4",
        "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING",
    )),
    Design("dramatiq", 16, ("dramatiq", "benchmarks.peers.dramatiq_worker", "--processes", "1", "--threads", "4")),
    Design("limit", 32, ("python", "-m", "benchmarks.peers.limit_worker")),
)  # fmt: skip


class Peer:
    """One of the designs on a stack; `stored` opinions are there before the first."""

    def __init__(self, design: Design, stack: Stack, logs: Path, stored: int = 0) -> None:
        self.design, self._stack, self._logs, self._stored = design, stack, logs, stored
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def up(self) -> Place:
        """Start it; returns where it is."""
        port, name = free_port(), self.design.name
        fill = STORED.replace("%(count)s", str(self._stored)) if self._stored else ""
        amqp = self._stack.virtual_host(name, DEPARTMENTS)
        environment = {"POSTGRES": self._stack.database(name, TABLES + fill), "AMQP": amqp}
        self._logs.mkdir(parents=True, exist_ok=True)
        for role, command in self.design.commands(port).items():
            self._processes[role] = self._start(role, command, environment)
        self._await(port)
        pids = {role: process.pid for role, process in self._processes.items()} | self._stack.pids()
        return Place(Target(HOST, port, PATH), amqp, DEPARTMENTS, pids)

    def down(self) -> None:
        """Stop it, and leave nothing of it."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            # What is left of it and its children, which are in a session of their own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._processes = {}
        self._stack.drop_virtual_host(self.design.name)
        self._stack.drop_database(self.design.name)

    def _start(self, role: str, command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        path = f"{PEERS / 'bin'}:{inherited('PATH').get('PATH', '')}"
        given = inherited("HOME", "LANG", "LC_*", "TMPDIR") | environment | {"PATH": path, "PYTHONPATH": str(HOME)}
        with self._log(role).open("ab") as log:
            return subprocess.Popen(
                command, cwd=self._logs, env=given, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _await(self, port: int) -> None:
        end = time.monotonic() + START_SECONDS
        while not listens(port):
            ended = [role for role, process in self._processes.items() if process.poll() is not None]
            if ended or time.monotonic() > end:
                role = ended[0] if ended else WEB
                words = self._log(role).read_text(errors="replace")[-1000:]
                fail(f"{self.design.name}: its {role} does not start. Its last words:\n{words}", f"read {self._log(role)}")
            time.sleep(STEP)

    def _log(self, role: str) -> Path:
        return self._logs / f"{self.design.name}-{role}.log"
