"""Waiting times of others, alone and beside slow clients and a department that floods its queue."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import orjson
import requests

from services.console.client.answers import AssignmentView, SubmittedView, TopicView
from services.console.client.http import Client, PageView
from services.console.settings import Addresses
from services.console.terminal import fail
from services.contracts.topology import COMMANDS
from services.runtime.clock import new_id
from services.runtime.messaging.broker import Outgoing, RabbitPublisher

TITLE, CONTENT = "路口红绿灯不亮", "实验路与学府路路口的红绿灯已经三天不亮，早晚高峰十分危险，请尽快修复。"
#: Incomplete requests, sent in turn.
HALVES = (
    b"",
    b"GET /heal",
    b"POST /api/v1/opinions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
    b"POST /api/v1/opinions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n{",
    b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n",
)
#: The intervals (s) of the others' requests, and of checks on the flood.
ASK_SECONDS, LOOK_SECONDS = 0.05, 0.5
#: Commands published before waiting for confirms, the number of cases they are about, and the limit (s) for everything.
WINDOW, FLOODED, PATIENCE = 500, 20, 900.0
ARRIVAL_SECONDS = 120.0
CONSUMED, QUEUE = "huiying_messages_consumed_total{", "routing.commands"


@dataclass(slots=True)
class Waits:
    """The seconds of each request of the others."""

    healthz: list[float] = field(default_factory=list)
    sign: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crowded:
    """The measurements: the others alone and in the crowd, the flood's seconds, and reading one of its cases."""

    before: Waits
    during: Waits
    flood_seconds: float
    file_seconds: float
    file_bytes: int


class Others:
    """A visitor and a department that have nothing to do with the flood."""

    def __init__(self, place: Addresses, department: str, cases: Sequence[str]) -> None:
        self._place, self._department, self._cases = place, department, list(cases)
        self._client = Client(place)

    def wait_while(self, busy: Callable[[], bool], fewest: int) -> Waits:
        """Send requests while `busy`, and at least `fewest` signatures."""
        waits, ended = Waits(), threading.Event()
        visitor = threading.Thread(target=self._visit, args=(waits, ended), name="visitor")
        visitor.start()
        publisher = RabbitPublisher(self._place.broker_url, "huiying-bench-sign")
        try:
            while self._cases and (len(waits.sign) < fewest or busy()):
                waits.sign.append(self._sign(publisher, self._cases.pop()))
                time.sleep(LOOK_SECONDS if len(waits.sign) >= fewest else ASK_SECONDS)
        finally:
            publisher.close()
            ended.set()
            visitor.join()
        return waits

    def _visit(self, waits: Waits, ended: threading.Event) -> None:
        while not ended.wait(ASK_SECONDS):
            started = time.perf_counter()
            # A new connection each time, as another visitor has.
            requests.get(f"{self._place.url}/healthz", timeout=PATIENCE, verify=self._place.verify).raise_for_status()
            waits.healthz.append(time.perf_counter() - started)

    def _sign(self, publisher: RabbitPublisher, assignment: str) -> float:
        started = time.perf_counter()
        send(publisher, self._department, "sign", [{"assignment": assignment}])
        while self._client.get(f"/assignments/{assignment}", AssignmentView).state != "signed":
            if time.perf_counter() - started > PATIENCE:
                fail(f"{self._department} has not signed {assignment} after {PATIENCE:.0f} s.", "huiying doctor")
            time.sleep(ASK_SECONDS / 5)
        return time.perf_counter() - started


def send(publisher: RabbitPublisher, department: str, verb: str, bodies: Sequence[dict[str, str]]) -> None:
    """Publish commands and wait for their confirms; fails when the broker refuses one."""
    for data in bodies:
        name = new_id()
        publisher.publish(Outgoing(name, COMMANDS, f"{department}.{verb}", orjson.dumps({"id": name, "data": data})))
    if refused := publisher.settle():
        fail(f"The broker refused {len(refused)} commands: {next(iter(refused.values()))}")


@contextlib.contextmanager
def slow_clients(place: Addresses, number: int) -> Iterator[None]:
    """Run clients that send half a request, or read nothing, and reconnect when they are disconnected."""
    ended, target = threading.Event(), urlsplit(place.url)

    def dawdle(half: bytes) -> None:
        while not ended.is_set():
            with contextlib.suppress(OSError), socket.create_connection((target.hostname, target.port), timeout=5) as line:
                line.sendall(half)
                while not ended.wait(1.0):
                    # One byte a second keeps the connection from being idle.
                    line.sendall(b"x")

    threads = [threading.Thread(target=dawdle, args=(HALVES[n % len(HALVES)],), name=f"slow-{n}") for n in range(number)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def measure(place: Addresses, slow: int, commands: int, signatures: int) -> Crowded:
    """Measure both phases on a system that is up and idle."""
    client = Client(place)
    loud, quiet = _two_topics(client)
    flooded, cases = _cases(client, loud, FLOODED), _cases(client, quiet, 4 * signatures)
    others = Others(place, quiet.department, cases)
    before = others.wait_while(lambda: False, signatures)
    with slow_clients(place, slow):
        flood = Flood(place, loud.department, flooded, commands)
        during = others.wait_while(flood.going, signatures)
        while flood.going():
            time.sleep(LOOK_SECONDS)
    seconds, size = _receipt_page(place, flooded[0])
    return Crowded(before, during, flood.seconds, seconds, size)


class Flood:
    """One department that sends progress notes about a few cases as fast as the broker accepts them."""

    def __init__(self, place: Addresses, department: str, cases: Sequence[str], number: int) -> None:
        self._place, self._department, self._cases, self._number = place, department, cases, number
        self._before, self._began, self._looked = self._handled(), time.perf_counter(), 0.0
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._run, name="flood")
        self._thread.start()

    def _run(self) -> None:
        publisher = RabbitPublisher(self._place.broker_url, "huiying-bench-flood")
        for start in range(0, self._number, WINDOW):
            numbers = range(start, min(start + WINDOW, self._number))
            notes = [{"assignment": self._cases[n % len(self._cases)], "content": f"第 {n} 条进展。"} for n in numbers]
            send(publisher, self._department, "progress", notes)
        publisher.close()

    def going(self) -> bool:
        """Whether some of it is still not handled."""
        if self.seconds or time.perf_counter() - self._looked < LOOK_SECONDS:
            return not self.seconds
        self._looked = time.perf_counter()
        if self._handled() - self._before >= self._number:
            self.seconds = time.perf_counter() - self._began
        elif self._looked - self._began > PATIENCE:
            fail(f"The commands were not handled within {PATIENCE:.0f} s.", "huiying doctor")
        return not self.seconds

    def _handled(self) -> int:
        answer = requests.get(f"{self._place.url}/routing/metrics", timeout=PATIENCE, verify=self._place.verify)
        rows = [line.rpartition(" ") for line in answer.text.splitlines() if line.startswith(CONSUMED) and QUEUE in line]
        return round(sum(float(value) for _, _, value in rows))


def _two_topics(client: Client) -> tuple[TopicView, TopicView]:
    """Two topics that go to two departments."""
    topics = client.get("/topics", PageView[TopicView]).items
    other = next((each for each in topics if each.department != topics[0].department), None)
    if other is None:
        fail(
            "All topics of the catalogue go to one department.", "measure with the example: HUIYING_CATALOGUE=deploy/catalogue.yml"
        )
    return topics[0], other


def _cases(client: Client, topic: TopicView, number: int) -> list[str]:
    """The lead assignments of `number` new opinions about a topic."""
    form = {"title": TITLE, "content": CONTENT, "topic": topic.code}
    opinions = {client.post("/opinions", form, SubmittedView).id for _ in range(number)}
    end = time.perf_counter() + ARRIVAL_SECONDS + number
    while time.perf_counter() < end:
        listed = client.pages("/assignments", AssignmentView, {"department": topic.department, "limit": 500})
        found = {each.opinion: each.id for each in listed if each.opinion in opinions and each.role == "lead"}
        if len(found) == number:
            return list(found.values())
        time.sleep(LOOK_SECONDS)
    return fail(f"Of {number} opinions about {topic.code} not all reached {topic.department}.", "huiying doctor")


def _receipt_page(place: Addresses, assignment: str) -> tuple[float, int]:
    """The seconds to read one case with all its notes, and its size in bytes."""
    client = Client(place)
    opinion = client.get(f"/assignments/{assignment}", AssignmentView).opinion
    started = time.perf_counter()
    size = len(b"\n".join(client.lines(f"/opinions/{opinion}")))
    return time.perf_counter() - started, size
