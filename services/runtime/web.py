"""The web process: one gunicorn worker with threads, so that requests share the store's connections and one telemetry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

# Gunicorn makes a file of its own there and unlinks it at once.
SHARED_MEMORY = Path("/dev/shm")  # nosec B108


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn around one WSGI application, which `build` makes in the worker, after the fork."""

    def __init__(self, build: Callable[[], Any], host: str, port: int, threads: int) -> None:
        self._build = build
        self._options = {
            "bind": f"{host}:{port}", "workers": 1, "threads": threads, "worker_class": "gthread",
            "graceful_timeout": 7, "timeout": 60, "keepalive": 30, "accesslog": None,
            "control_socket_disable": True,
        }  # fmt: skip
        if SHARED_MEMORY.is_dir():
            # Gunicorn beats a file for its worker's pulse, which a busy disk would hold up.
            self._options["worker_tmp_dir"] = str(SHARED_MEMORY)
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in the worker after the fork."""
        return self._build()
