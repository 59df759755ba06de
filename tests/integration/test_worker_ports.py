"""The ports of the workers: the same at every start, because a changed one would restart the web process too."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.console.embedded.installation import Installation
from services.console.embedded.starting.processes import free_port, take
from services.console.settings import HOME

#: Where nobody else looks for a port, and no outgoing connection takes one.
FEW = range(32_100, 32_108)
CHOOSING = f"""
from services.console.embedded.starting.processes import free_port
print([free_port(range({FEW.start}, {FEW.stop})) for _ in range({len(FEW) // 2})], flush=True)
input()
"""


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


@pytest.mark.skipif(sys.platform != "linux", reason="nowhere else are there sockets that are a name and no file")
def test_nobody_else_gets_a_port_that_was_chosen_until_who_chose_it_has_ended() -> None:
    command = [sys.executable, "-c", CHOOSING]
    with subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = set(map(int, other.stdout.readline().strip("[]\n").split(", ")))
        ours = {free_port(FEW) for _ in range(len(FEW) - len(theirs))}
        assert (len(theirs), ours | theirs) == (len(FEW) // 2, set(FEW))
        assert not any(map(take, theirs))
        other.communicate("\n")
    assert all(map(take, theirs))
