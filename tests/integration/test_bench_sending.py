"""How the benchmarks send opinions: every answer is counted, whatever the server does."""

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.traffic.job import Job, SenderFailed, send
from benchmarks.traffic.sending import Target


class Server(BaseHTTPRequestHandler):
    """Accepts opinions; `rude` closes every fifth connection without an answer, `shy` closes all after it."""

    protocol_version = "HTTP/1.1"
    seen, habit = None, ""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body, time.monotonic()))
        number = len(self.seen)
        if self.habit == "rude" and number % 5 == 0:
            self.close_connection = True
            return
        if self.path.endswith("batch"):
            lines = [
                {"line": place, "status": "created", "id": f"{number}-{place}"} for place, _ in enumerate(body.splitlines(), 1)
            ]
            self.answer(200, "\n".join(map(json.dumps, lines)).encode() + b"\n")
        elif self.headers["Authorization"] == "Bearer refused":
            self.answer(401, b'{"title": "no"}')
        else:
            self.answer(201, b'{"id": "%d", "state": "accepted"}' % number)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.habit == "shy":
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.habit == "shy"

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(habit=""):
    handler = type("Handler", (Server,), {"seen": [], "habit": habit})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Target("127.0.0.1", server.server_address[1], "/opinions"), handler.seen
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("habit", "accepted"), [("", 40), ("shy", 40), ("rude", 32)])
def test_every_opinion_is_sent_once_and_has_its_outcome(habit: str, accepted: int) -> None:
    with serving(habit) as (target, seen):
        done = send(Job(target, first=7, count=40, connections=4))
    assert len({body for _, body, _ in seen}) == len(seen) == len(done.sent) == 40
    assert len(done.accepted) == accepted
    assert {each.status for each in done.sent} <= {201, 0}
    assert all(each.due <= each.done for each in done.sent)
    assert done.cpu > 0


def test_at_a_rate_opinions_are_due_one_after_the_other_whatever_the_server_does() -> None:
    with serving() as (target, seen):
        done = send(Job(target, first=0, count=20, connections=8, rate=40.0))
    dues = sorted(each.due for each in done.sent)
    assert [round(due - dues[0], 3) for due in dues] == pytest.approx([number / 40 for number in range(20)], abs=0.002)
    assert all(at >= due for (_, _, at), due in zip(seen, dues, strict=True))


def test_a_refusal_is_told_by_its_status() -> None:
    with serving() as (target, _):
        done = send(Job(Target(target.host, target.port, target.path, "refused"), first=0, count=3, connections=1))
    assert [each.status for each in done.sent] == [401, 401, 401]
    assert done.accepted == {}


def test_a_batch_has_an_outcome_for_each_of_its_lines() -> None:
    with serving() as (target, seen):
        done = send(Job(Target(target.host, target.port, "/opinions/batch", "known"), 0, 1200, batches=True, contacts=True))
    assert [len(body.splitlines()) for _, body, _ in seen] == [500, 500, 200]
    assert len(done.accepted) == 1200
    assert b"submitter" in seen[0][1]


def test_a_server_that_takes_no_batch_is_told() -> None:
    with serving() as (target, _), pytest.raises(SenderFailed, match="a batch was answered with 201"):
        send(Job(target, 0, 10, batches=True))
