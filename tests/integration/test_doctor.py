"""The doctor beside real things that are there and do not work: a server on a full disk, a broker under an alarm."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from benchmarks.cluster import PrivateCluster
from services.console.doctor.checks import examine
from services.console.doctor.findings import Finding, Severity
from services.console.embedded.starting.processes import free_port
from services.console.settings import ConsoleSettings
from services.runtime.clock import FixedClock
from services.runtime.process.health import status_application
from services.runtime.store.condition import FULL, StoreCheck
from services.runtime.store.database import Database
from services.runtime.store.migrate import ACCESS, STORE, migrate
from tests.faults.volume import Volume
from tests.rabbit import Rabbit


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def served(application: Any) -> Iterator[str]:
    """The address of a process that answers for its health."""
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def criticals(settings: ConsoleSettings) -> dict[str, Finding]:
    return {each.what: each for each in examine(settings) if each.severity is Severity.CRITICAL}


def test_it_names_a_database_whose_disk_is_full(
    disk: Volume, rabbit: Rabbit, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    cluster = PrivateCluster()
    try:
        cluster.start()
        database = Database(cluster.create(), "intake", clock)
        tokens = Database(cluster.create(), "access", clock)
        migrate(database, STORE, "runtime")
        migrate(tokens, ACCESS, "access")
        access = tokens.url.render_as_string(hide_password=False)
        check = StoreCheck(database, {"runtime": STORE}).check
        with served(status_application("intake", {"store": check}, bytes)) as url:
            settings = replace(
                ConsoleSettings(), var=tmp_path, url=url, health=(("intake-web", url),), access_database_url=access,
                broker_url=rabbit.url,
            )  # fmt: skip
            parts = ("就绪 readiness intake-web: intake store", "存储 store access")
            assert not criticals(settings).keys() & set(parts)
            disk.fill()
            assert {part: criticals(settings)[part].found for part in parts} == dict.fromkeys(parts, FULL)
            disk.empty()
        for each in (database, tokens):
            each.close()
    finally:
        cluster.stop()


def test_it_names_a_broker_under_an_alarm(rabbit: Rabbit, tmp_path: Path) -> None:
    settings = replace(ConsoleSettings(), var=tmp_path, url=f"http://127.0.0.1:{free_port()}", broker_url=rabbit.url)
    assert "消息队列 broker" not in criticals(settings)
    with rabbit.alarm():
        assert "disk or memory is short" in criticals(settings)["消息队列 broker"].found
    assert "消息队列 broker" not in criticals(settings)
