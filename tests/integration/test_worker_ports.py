"""The ports of the workers: the same at every start, because a changed one would restart the web process too."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from services.console.embedded.installation import Installation


def test_a_port_that_a_killed_worker_is_still_letting_go_of_is_kept(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.prepare()
    before = installation.worker_ports()
    with socket.create_server(("127.0.0.1", before["routing"])) as dying:
        threading.Timer(0.3, lambda: dying.shutdown(socket.SHUT_RDWR)).start()
        assert installation.worker_ports() == before


def test_a_port_that_a_stranger_took_is_exchanged(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.prepare()
    before = installation.worker_ports()
    with socket.create_server(("127.0.0.1", before["routing"])):
        after = installation.worker_ports()
    assert after.pop("routing") != before.pop("routing")
    assert after == before
