"""The web process: one gunicorn worker with threads, so that requests share the store's connections and one telemetry."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from services.runtime.tls import OLDEST, Identity

# Gunicorn makes a file of its own there and unlinks it at once.
SHARED_MEMORY = Path("/dev/shm")  # nosec B108


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn around one WSGI application, which `build` makes in the worker, after the fork.

    With an identity it speaks https only. The files are read for each connection, so a renewed certificate counts at once.
    """

    def __init__(self, build: Callable[[], Any], host: str, port: int, threads: int, identity: Identity | None = None) -> None:
        self._build = build
        self._options = {
            "bind": f"{host}:{port}", "workers": 1, "threads": threads, "worker_class": "gthread",
            "graceful_timeout": 7, "timeout": 60, "keepalive": 30, "accesslog": None,
            "control_socket_disable": True,
        }  # fmt: skip
        if SHARED_MEMORY.is_dir():
            # Gunicorn beats a file for its worker's pulse, which a busy disk would hold up.
            self._options["worker_tmp_dir"] = str(SHARED_MEMORY)
        if identity is not None:
            self._options |= {"certfile": str(identity.certificate), "keyfile": str(identity.key), "ssl_context": _context}
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in the worker after the fork."""
        return self._build()


def _context(_: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = make()
    context.minimum_version = OLDEST
    return context
