"""The worker process: relay, consumers and periodic jobs, a thread each, and a status port; ends within ten seconds when asked."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from socketserver import TCPServer, ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import WSGIApplication

import structlog
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()
#: What is left of the ten seconds belongs to a busy machine.
#: A relay that has just been woken should not wait five milliseconds, the default, for a busy consumer to step aside.
SWITCH_SECONDS = 0.0005
GRACE_SECONDS = 7.0
#: A job that has more to do leaves the store to others for as long as it has had it, within these bounds (s): who waits for an
#: SQLite file looks every two milliseconds whether it is free, and would hardly ever find it so.
SHORTEST_BREATH, LONGEST_BREATH = 0.01, 0.25
Loop = Callable[[threading.Event], None]


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """A periodic job: `run` is called every `seconds` and returns whether there is more to do soon.

    `failed` is how many rows it could not deal with, where it works on rows.
    """

    name: str
    seconds: float
    run: Callable[[], bool]
    failed: Callable[[], int] | None = None

    def loop(self, stop: threading.Event) -> None:
        """Until `stop`; an error is logged and the job runs again after its pause."""
        while not stop.is_set():
            more, began = False, time.monotonic()
            try:
                more = self.run()
            except SQLAlchemyError as error:
                log.warning("job_interrupted", job=self.name, error=repr(error))
            except Exception:
                log.exception("job_failed", job=self.name)
            breath = min(LONGEST_BREATH, max(SHORTEST_BREATH, time.monotonic() - began))
            stop.wait(breath if more else self.seconds)


class _StatusServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        # Not http.server's own, which asks the name service for this host and may wait for it.
        TCPServer.server_bind(self)
        host, port = self.server_address[:2]
        self.server_name, self.server_port = str(host), int(port)
        self.setup_environ()


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Health checks are no news."""


def run_worker(name: str, loops: Mapping[str, Loop], status: WSGIApplication, host: str, port: int) -> int:
    """Run every loop until SIGTERM or SIGINT; returns the exit status: 1 when a loop ended by itself or had to be left behind."""
    stop = threading.Event()
    sys.setswitchinterval(SWITCH_SECONDS)
    # A handler that set an Event could wait for a lock that the thread it interrupts is holding; a pipe has none.
    asked, ask = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(ask, b"!"))
    threads = [threading.Thread(target=loop, args=(stop,), name=title, daemon=True) for title, loop in loops.items()]
    with make_server(host, port, status, server_class=_StatusServer, handler_class=_QuietHandler) as server:
        threading.Thread(target=server.serve_forever, name="status", daemon=True).start()
        for thread in threads:
            thread.start()
        log.info("worker_started", service=name, loops=sorted(loops), port=server.server_port)
        dead = _await_end(asked, threads)
        if dead:
            log.error("loop_ended", service=name, loops=dead)
        stop.set()
        end = time.monotonic() + GRACE_SECONDS
        server.shutdown()
    return _join(name, threads, end) or int(bool(dead))


def _await_end(asked: int, threads: Sequence[threading.Thread]) -> list[str]:
    """Until a signal or until a loop ends by itself; returns the names of those that did."""
    while not select.select([asked], [], [], 1.0)[0]:
        dead = [thread.name for thread in threads if not thread.is_alive()]
        if dead:
            return dead
    return []


def _join(name: str, threads: Sequence[threading.Thread], end: float) -> int:
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    left = [thread.name for thread in threads if thread.is_alive()]
    log.info("worker_stopped", service=name, left_behind=left)
    return 1 if left else 0
