"""The embedded mode, started and stopped by its own command line as a person would."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from services.console.embedded.node import free_broker_port
from services.console.embedded.starting.processes import birth_of, free_port
from services.runtime.settings import inherited
from tests.remains import end_all, running_with
from tests.system.place import Place, eventually

ROOT = Path(__file__).parents[2]
#: The five processes and the broker node, each with the file that holds its pid.
PROCESSES = {name: f"run/{name}.pid" for name in ("web", "intake", "routing", "notify", "metrics")} | {"broker": "broker/node.pid"}
WEB_CHILD = "web-child"
PASSED_ON = ("PATH", "HOME", "LANG", "LC_*", "TMPDIR", "USER", "LOGNAME")


class Installation:
    """One embedded system in a folder of its own, on ports of its own."""

    def __init__(self, catalogue: str, **settings: str) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="huiying-system-"))
        ports = {"HUIYING_PORT": free_port(), "HUIYING_BROKER_PORT": free_broker_port()}
        self._environment = inherited(*PASSED_ON) | {name: str(port) for name, port in ports.items()}
        self._environment |= {"HUIYING_VAR": str(self.var), "HUIYING_CATALOGUE": str(ROOT / "deploy" / catalogue)}
        # Tests kill processes and see what becomes of the rest.
        self._environment |= {"HUIYING_KEEP": "no"} | settings
        self.ports = tuple(ports.values())

    def set(self, **variables: object) -> None:
        """Settings for the commands to come."""
        self._environment |= {name: str(value) for name, value in variables.items()}

    @contextlib.contextmanager
    def without(self, *names: str) -> Iterator[None]:
        """Take settings away for a while; what is set meanwhile is forgotten."""
        before = dict(self._environment)
        for name in names:
            self._environment.pop(name, None)
        try:
            yield
        finally:
            self._environment = before

    def measure(self, *arguments: str, seconds: float) -> str:
        """One of the benchmarks, which has to succeed; returns its standard output."""
        return self.run(*arguments, seconds=seconds, program="benchmarks")

    def run(self, *arguments: str, seconds: float = 400.0, status: int = 0, program: str = "services") -> str:
        """One command of the console or of another program, which has to end with `status`; returns its standard output."""
        ended, said, errors = self._done(arguments, seconds, program)
        assert ended == status, f"{arguments} ended with {ended}: {errors} {self.last_words()}"
        return said

    def run_until(self, status: int, *arguments: str) -> str:
        """A command that finds fault with a busy machine now and then, until it ends with `status`; returns its standard output."""

        def said() -> str | None:
            ended, text, _ = self._done(arguments, 400.0, "services")
            return text or " " if ended == status else None

        return eventually(said, 60) or ""

    def _done(self, arguments: Sequence[str], seconds: float, program: str) -> tuple[int, str, str]:
        # Into files: what a command leaves running must not keep a pipe open.
        with (self.var / "command.out").open("w+") as out, (self.var / "command.err").open("w+") as errors:
            done = subprocess.run(
                [sys.executable, "-m", program, *arguments], cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=out, stderr=errors, timeout=seconds, check=False,
            )  # fmt: skip
            for stream in (out, errors):
                stream.seek(0)
            return done.returncode, out.read(), errors.read()

    def begin(self, *arguments: str, program: str = "services") -> subprocess.Popen[bytes]:
        """A command that goes on by itself; the caller waits for its end."""
        with (self.var / "begun.out").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", program, *arguments], cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output,
            )  # fmt: skip

    def up(self) -> Place:
        """Start whatever does not run; returns where it is."""
        self.run("up")
        return self.place()

    def place(self) -> Place:
        """What `huiying.env` says."""
        lines = (self.var / "huiying.env").read_text().splitlines()
        book = dict(line.split("=", 1) for line in lines)
        return Place(book["HUIYING_URL"], book["HUIYING_BROKER_URL"], book["HUIYING_ADMIN_TOKEN"])

    def token(self, *arguments: str) -> dict[str, Any]:
        """Make an access token; returns what the command says of it."""
        answer: dict[str, Any] = json.loads(self.run("token", "create", *arguments, "--json"))
        return answer

    def pids(self) -> dict[str, int]:
        """The pids of the processes that run."""
        found = {}
        for name, path in PROCESSES.items():
            with contextlib.suppress(FileNotFoundError):
                pid, _, birth = (self.var / path).read_text().strip().partition(" ")
                if birth_of(int(pid)) == birth:
                    found[name] = int(pid)
        return found

    def still_running(self) -> list[int]:
        """The pids of all processes of this folder."""
        return running_with(self.var)

    def kill(self, name: str) -> None:
        """`kill -9`, and wait until it is gone. The web process has a child that answers the requests: `web-child`."""
        pid = _child_of(self.pids()["web"]) if name == WEB_CHILD else self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + 60
        while birth_of(pid) is not None:
            assert time.monotonic() < end, f"{name} survived"
            time.sleep(0.02)

    @contextlib.contextmanager
    def unkept(self) -> Iterator[None]:
        """Nobody starts meanwhile what has died."""
        keeper = int((self.var / "run" / "keeper.pid").read_text().split()[0])
        os.kill(keeper, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(keeper, signal.SIGCONT)

    def remove(self) -> None:
        """End everything and leave nothing; that `down` leaves nobody behind is tried where it is the subject."""
        try:
            end_all(self.var)
        finally:
            shutil.rmtree(self.var, ignore_errors=True)

    def last_words(self) -> str:
        """The ends of all logs."""
        logs = sorted((self.var / "log").glob("*.log"))
        return "\n".join(f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs)


def _child_of(parent: int) -> int:
    return next(child.pid for child in psutil.Process(parent).children())
