"""How `up` has programs started by the keeper, which has loaded their code: a line asks, a line answers."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from services.console.terminal import fail


class Nursery:
    """A keeper on its way: it starts what it is asked to start, and becomes the keeper or ends when that is all."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._log, self._kept = log, False
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                argv, env=dict(environment), cwd=log.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def start(self, name: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a program; its pid file is there afterwards."""
        self._ask({"name": name, "argv": argv, "environment": environment})

    def keep(self) -> None:
        """Let it become the keeper."""
        self._ask({"keep": True})
        self._kept = True

    def close(self) -> None:
        """Ask nothing more; it ends, unless it has become the keeper."""
        with contextlib.suppress(BrokenPipeError):
            cast(BinaryIO, self._process.stdin).close()
        cast(BinaryIO, self._process.stdout).close()
        if not self._kept:
            self.end()

    def end(self) -> None:
        """End it now."""
        self._process.terminate()
        self._process.wait()

    def _ask(self, request: Mapping[str, object]) -> None:
        asked, answered = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)
        try:
            asked.write(json.dumps(request).encode() + b"\n")
            asked.flush()
            answer = answered.readline()
        except BrokenPipeError:
            answer = b""
        if not answer:
            fail("The process that starts the others has ended.", f"read {self._log}")
