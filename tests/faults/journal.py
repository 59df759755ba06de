"""What happened, one JSON object a line. A fact that must survive is on the disk before anybody relies on it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Journal:
    """A file that grows. Several threads may write; several processes write files of their own."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def keep(self, what: str, *, durable: bool = True, **facts: Any) -> None:
        """Write one fact; `durable` waits for the disk."""
        line = json.dumps({"at": time.time(), "what": what, **facts}, ensure_ascii=False).encode() + b"\n"  # noqa: TID251
        with self._lock:
            os.write(self._file, line)
        if durable:
            os.fdatasync(self._file)

    def close(self) -> None:
        """Nothing more is written."""
        os.close(self._file)


class Follower:
    """Reads what is added to a journal, whole lines only."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0

    def new(self) -> Iterator[dict[str, Any]]:
        """The facts written since the last look."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._offset += len(line)
                yield json.loads(line)
