"""The web process: answers on its port, ends within ten seconds when asked, and lets a request in flight finish."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import requests

from services.console.embedded.starting.processes import free_port
from tests.patience import limit

PATIENCE = 90.0
SCRIPT = """
import sys, time
from services.runtime.web.serving.server import WebServer
def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow":
        print("begun", flush=True)
        time.sleep(1.5)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"done"]
WebServer(lambda: application, "127.0.0.1", int(sys.argv[1]), 4).run()
"""


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[bytes], str, int]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(port)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    end = time.monotonic() + PATIENCE
    while True:
        try:
            assert requests.get(url, timeout=PATIENCE).text == "done"
            break
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.05)
    yield process, url, port
    with process:
        process.kill()


def test_a_request_in_flight_is_answered_before_the_end(server: tuple[subprocess.Popen[bytes], str, int]) -> None:
    process, url, _ = server
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(requests.get(f"{url}/slow", timeout=PATIENCE).text))
    thread.start()
    assert process.stdout is not None
    assert process.stdout.readline() == b"begun\n"
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) == 0
    assert time.monotonic() - started < limit(10.0, 30.0)
    thread.join()
    assert answers == ["done"]


def test_idle_connections_do_not_hold_up_the_end(server: tuple[subprocess.Popen[bytes], str, int]) -> None:
    process, url, port = server
    with requests.Session() as session, socket.create_connection(("127.0.0.1", port)):
        assert session.get(url, timeout=PATIENCE).text == "done"
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert time.monotonic() - started < limit(10.0, 30.0)
