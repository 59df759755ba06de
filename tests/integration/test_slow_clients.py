"""Slow, large and odd clients of the web process: they cost a connection and never a thread, and each gets its answer."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import requests

from services.console.embedded.starting.processes import free_port
from services.contracts.words.problems import meaning_of
from services.runtime.web.serving import gathering
from services.runtime.web.serving.connections import Phase

THREADS, PATIENCE = 2, 90.0
SCRIPT = """
import sys
from services.runtime.web.serving.server import WebServer
def application(environ, start_response):
    body = environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/large":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 900_000]
    status = "400 Bad Request" if environ["PATH_INFO"] == "/wrong" else "200 OK"
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
limits = lambda method, path: 3_000_000 if path == "/files" else 1000
WebServer(lambda: application, "127.0.0.1", int(sys.argv[1]), 2, limits=limits).run()
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(port)], stderr=subprocess.DEVNULL)
    end = time.monotonic() + PATIENCE
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE)
            break
        except requests.ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.05)
    yield port
    process.terminate()
    assert process.wait(PATIENCE) == 0


def line(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def ask(port: int, raw: bytes) -> bytes:
    """Everything that is answered until the other side ends."""
    with line(port) as sock:
        sock.sendall(raw)
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    return answer


def test_many_who_send_and_read_slowly_silence_nobody(port: int) -> None:
    beginnings = [b"", b"GET / HT", b"POST / HTTP/1.1\r\nContent-Length: 500\r\n\r\n{", b"GET /large HTTP/1.1\r\n\r\n"]
    beginnings.append(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n1")
    slow = [line(port) for _ in range(12 * THREADS * len(beginnings))]
    try:
        for number, sock in enumerate(slow):
            sock.sendall(beginnings[number % len(beginnings)])
        assert requests.post(f"http://127.0.0.1:{port}/", data=b"quick", timeout=PATIENCE).text == "quick"
        # Who began slowly is answered nevertheless when the rest comes.
        slow[2].sendall(b"x" * 499)
        assert slow[2].recv(65536).startswith(b"HTTP/1.1 200")
    finally:
        for sock in slow:
            sock.close()


def test_requests_one_behind_the_other_are_answered_in_order(port: int) -> None:
    bodies = [b"first", b"", b"third"]
    requests_ = b"".join(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nlast\r\n0\r\n\r\n"
    answers = ask(port, requests_ + chunked).split(b"HTTP/1.1 200 OK")[1:]
    assert [answer.partition(b"\r\n\r\n")[2] for answer in answers] == [*bodies, b"last"]


def test_a_body_is_asked_for_and_then_taken(port: int) -> None:
    with line(port) as sock:
        sock.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"body")
        answer = b""
        while piece := sock.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.endswith(b"body")


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfourX\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;=\r\nfour\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nlonger\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET /\x00 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nExpect: miracles\r\n\r\n", 417),
    ],
)
def test_what_is_wrong_is_answered_with_a_problem_document_at_once(port: int, raw: bytes, status: int) -> None:
    told = {}
    for language in ("en", "zh-CN"):
        line, end, rest = raw.partition(b"\r\n")
        head, _, body = ask(port, line + end + b"Accept-Language: " + language.encode() + end + rest).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
        assert b"application/problem+json" in head
        assert f"Content-Language: {language}\r\nVary: Accept-Language\r\n".encode() in head
        told[language] = json.loads(body)
        assert told[language]["status"] == status
    meaning = meaning_of(told["en"]["type"].removeprefix("/problems/"))
    assert meaning is not None
    assert (told["en"]["title"], told["zh-CN"]["title"]) == (meaning.title, meaning.title_zh)
    assert told["zh-CN"]["detail"] == f"{meaning.advice_zh}（{told['en']['detail']}）"


def test_who_sends_too_much_hears_of_it_after_having_sent_it(port: int) -> None:
    assert requests.post(f"http://127.0.0.1:{port}/", data=b"x" * 5_000_000, timeout=PATIENCE).status_code == 413


def test_a_large_body_and_a_large_answer_come_whole(port: int) -> None:
    body = bytes(range(256)) * 10_000
    found: list[bool] = []

    def send() -> None:
        answer = requests.post(f"http://127.0.0.1:{port}/files", data=body, timeout=PATIENCE)
        found.append(answer.content == body)
        found.append(len(requests.get(f"http://127.0.0.1:{port}/large", timeout=PATIENCE).content) == 900_000)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8


class TestRoom:
    """Without a process: what the loop does when too much is arriving."""

    def test_the_largest_that_is_arriving_makes_room(self, monkeypatch):
        monkeypatch.setattr(gathering, "MOST_GATHERED", 1000)
        worker = object.__new__(gathering.GatheringWorker)
        sizes, refused = [300, 900, 100, 200], list[int]()
        arriving = [SimpleNamespace(arrival=SimpleNamespace(received=size), phase=Phase.ARRIVING) for size in sizes]
        # One that a thread answers is not refused any more.
        answered = SimpleNamespace(arrival=SimpleNamespace(received=5000), phase=Phase.WORKING)
        worker._open = [*arriving, answered]

        def refuse(connection, error):
            refused.append(connection.arrival.received)
            worker._open.remove(connection)

        monkeypatch.setattr(worker, "_refuse", refuse)
        worker._relieve()
        assert refused == [900]
        worker._relieve()
        assert refused == [900]
