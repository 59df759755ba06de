"""The web process: answers on its port, ends within ten seconds when asked, and lets a request in flight finish."""

from __future__ import annotations

import contextlib
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
HANGING = """
import sys, time
from services.runtime.web.serving import gathering
from services.runtime.web.serving.server import WebServer
gathering.HANG_SECONDS = 1.0
def limits(method, path):
    time.sleep(1000)
WebServer(lambda: None, "127.0.0.1", int(sys.argv[1]), 4, limits=limits).run()
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


def test_a_process_whose_loop_hangs_ends_itself_and_says_where() -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", HANGING, str(port)], stderr=subprocess.PIPE) as process:
        end = time.monotonic() + PATIENCE
        while process.poll() is None:
            assert time.monotonic() < end
            with contextlib.suppress(requests.RequestException):
                requests.post(f"http://127.0.0.1:{port}/", data=b"x", timeout=PATIENCE)
            time.sleep(0.05)
        assert process.returncode == 1
        assert process.stderr is not None
        assert b"in limits" in process.stderr.read()


def test_a_process_that_cannot_have_its_port_says_so(server: tuple[subprocess.Popen[bytes], str, int]) -> None:
    _, _, port = server
    second = subprocess.run([sys.executable, "-c", SCRIPT, str(port)], capture_output=True, timeout=PATIENCE, check=False)
    assert second.returncode == 1
    assert b"cannot_listen" in second.stdout + second.stderr
