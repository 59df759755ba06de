"""The web process: one gunicorn worker with threads, so that requests share the store's connections and one telemetry."""

from __future__ import annotations

import contextlib
import resource
import ssl
from collections.abc import Callable
from pathlib import Path
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication

from services.runtime.tls import OLDEST, Identity
from services.runtime.web.routes import LONGEST_BODY
from services.runtime.web.serving.arrival import Limits
from services.runtime.web.serving.gathering import GatheringWorker

# Gunicorn makes a file of its own there and unlinks it at once.
SHARED_MEMORY = Path("/dev/shm")  # nosec B108

FILES = 8192


class WebServer(BaseApplication):  # type: ignore[misc]
    """Gunicorn around one WSGI application, which `build` makes in the worker, after the fork.

    With an identity it speaks https only. The files are read for each connection, so a renewed certificate counts at once.
    `limits` says how large a body may be.
    """

    def __init__(
        self,
        build: Callable[[], WSGIApplication],
        host: str,
        port: int,
        threads: int,
        identity: Identity | None = None,
        *,
        limits: Limits = lambda *_: LONGEST_BODY,
    ) -> None:
        self._build, self.limits = build, limits
        self._options = {
            "bind": f"{host}:{port}", "workers": 1, "threads": threads, "worker_class": GatheringWorker,
            "graceful_timeout": 7, "timeout": 60, "accesslog": None, "control_socket_disable": True,
        }  # fmt: skip
        if SHARED_MEMORY.is_dir():
            # Gunicorn touches a file as its worker's heartbeat, which a busy disk would delay.
            self._options["worker_tmp_dir"] = str(SHARED_MEMORY)
        if identity is not None:
            self._options |= {"certfile": str(identity.certificate), "keyfile": str(identity.key), "ssl_context": _context}
        _raise_file_limit()
        super().__init__()

    def load_config(self) -> None:
        """Hand the options to gunicorn."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, in the worker after the fork."""
        return self._build()


def _context(_: object, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    context = make()
    context.minimum_version = OLDEST
    return context


def _raise_file_limit() -> None:
    """Raise the limit of open files to what gunicorn's connections need, where the machine allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), most))
