"""The web process: one loop and its threads, so that requests share the store's connections and one telemetry."""

from __future__ import annotations

import contextlib
import resource
import socket
import sys
from collections.abc import Callable
from wsgiref.types import WSGIApplication

import structlog

from services.runtime.tls import Identity
from services.runtime.web.routes import LONGEST_BODY
from services.runtime.web.serving.arrival import Limits
from services.runtime.web.serving.gathering import GatheringWorker

log = structlog.get_logger()
FILES = 8192
#: How many connections may wait to be taken.
BACKLOG = 2048


class WebServer:
    """Serves one WSGI application, which `build` makes once the port is this process's.

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
        self._build, self._address, self._threads, self._identity, self._limits = build, (host, port), threads, identity, limits

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; ends the process where it cannot listen."""
        _raise_file_limit()
        try:
            listener = _listen(*self._address)
        except OSError as error:
            log.error("cannot_listen", host=self._address[0], port=self._address[1], error=str(error))
            sys.exit(1)
        with listener:
            GatheringWorker(listener, self._build, self._threads, self._limits, self._identity).run()


def _listen(host: str, port: int) -> socket.socket:
    if ":" in host:
        both = socket.has_dualstack_ipv6()
        listener = socket.create_server((host, port), family=socket.AF_INET6, backlog=BACKLOG, dualstack_ipv6=both)
    else:
        listener = socket.create_server((host, port), backlog=BACKLOG)
    # Connections have it from here: an answer is sent as a whole.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _raise_file_limit() -> None:
    """Raise the limit of open files to what the connections need, where the machine allows it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, resource.getrlimit(resource.RLIMIT_NOFILE)[0]), most))
