"""How fast this machine computes right now: the CPU seconds of a fixed piece of work like the services', tried again and again.

`python -m benchmarks.systems.yardstick` prints a line for every piece, with the monotonic instant at which it ended.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

ROUNDS, ROWS = 6, 40
#: Of a core's time, the share that the pieces take: enough to follow the machine, too little to slow what is measured.
SHARE = 0.08
TEXT = "居民已经多次反映，希望有关部门尽快派人到现场查看，说明原因和处理的时限。"
WORDS = re.compile(r"[一-龥]{2}")


def piece() -> float:
    """Do the work once; returns the CPU seconds."""
    began = time.process_time()
    with closing(sqlite3.connect(":memory:")) as store:
        store.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, body BLOB, number INTEGER)")
        store.execute("CREATE INDEX numbers ON rows (number)")
        for turn in range(ROUNDS):
            _turn(store, turn)
    return time.process_time() - began


def _turn(store: sqlite3.Connection, turn: int) -> None:
    forms = [{"id": f"{turn}-{row}", "title": f"{TEXT}{row}", "content": TEXT * 8, "number": row % 7} for row in range(ROWS)]
    bodies = [json.dumps(form).encode() for form in forms]
    rows = [(form["id"], body, form["number"]) for form, body in zip(forms, bodies, strict=True)]
    with store:
        store.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
    for number in range(7):
        for _, body in store.execute("SELECT id, body FROM rows WHERE number = ? ORDER BY id LIMIT 5", (number,)):
            read = json.loads(body)
            read["words"] = sorted(set(WORDS.findall(read["content"])))
            hashlib.sha256(json.dumps(read).encode()).digest()
    reading, writing = os.pipe()
    for body in bodies:
        os.write(writing, body)
        os.read(reading, len(body))
    os.close(reading)
    os.close(writing)


class Yardstick:
    """Tries the piece of work in a process of its own while it is used as a context."""

    def __init__(self) -> None:
        #: When each piece ended, and the CPU seconds it took.
        self.tries: list[tuple[float, float]] = []
        self._thread = threading.Thread(target=self._listen, name="yardstick", daemon=True)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.systems.yardstick"], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, text=True
        )
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def between(self, start: float, end: float) -> float:
        """The median CPU seconds of the pieces that ended between two monotonic instants."""
        return statistics.median(seconds for at, seconds in self.tries if start <= at <= end)

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            at, seconds = map(float, line.split())
            self.tries.append((at, seconds))


def main() -> None:
    """Print the tries until told to stop."""
    while True:
        seconds = piece()
        sys.stdout.write(f"{time.monotonic()} {seconds}\n")
        sys.stdout.flush()
        time.sleep(seconds * (1 / SHARE - 1))


if __name__ == "__main__":
    main()
