"""What one department and a crowd of slow clients do to the others: waiting times with both at work, beside those without."""

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

from benchmarks.latency import ARRIVAL_SECONDS, CONTENT, TITLE
from services.console.client.answers import Assignment, Submitted, Topic
from services.console.client.http import Client, Page
from services.console.settings import Addresses
from services.console.terminal import fail
from services.contracts.topology import COMMANDS
from services.runtime.clock import new_id
from services.runtime.messaging.broker import Outgoing, RabbitPublisher

#: Requests of which a part never comes, in turns.
HALVES = (
    b"",
    b"GET /heal",
    b"POST /api/v1/opinions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{",
    b"POST /api/v1/opinions HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\n{",
    b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: h\r\n\r\n",
)
#: How often the others ask (s), and how often somebody looks how far the flood is.
ASK_SECONDS, LOOK_SECONDS = 0.05, 0.5
#: How many commands are published before their confirms are awaited, about how many cases, and how long (s) all may take.
WINDOW, FLOODED, PATIENCE = 500, 20, 900.0
CONSUMED, QUEUE = "huiying_messages_consumed_total{", "routing.commands"


@dataclass(slots=True)
class Waits:
    """How long (s) each request of the others took."""

    healthz: list[float] = field(default_factory=list)
    sign: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Crowded:
    """What was measured: the others alone and in the crowd, how long (s) the flood took, and the file of one of its cases."""

    before: Waits
    during: Waits
    flood_seconds: float
    file_seconds: float
    file_bytes: int


class Others:
    """A visitor and a department that has nothing to do with the flood."""

    def __init__(self, place: Addresses, department: str, cases: Sequence[str]) -> None:
        self._place, self._department, self._cases = place, department, list(cases)
        self._client = Client(place)

    def wait_while(self, busy: Callable[[], bool], fewest: int) -> Waits:
        """Ask as long as `busy` says, and for so many signatures at least."""
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
            # A connection of its own each time, as a stranger has it.
            requests.get(f"{self._place.url}/healthz", timeout=PATIENCE, verify=self._place.verify).raise_for_status()
            waits.healthz.append(time.perf_counter() - started)

    def _sign(self, publisher: RabbitPublisher, assignment: str) -> float:
        started = time.perf_counter()
        send(publisher, self._department, "sign", [{"assignment": assignment}])
        while self._client.get(f"/assignments/{assignment}", Assignment).state != "signed":
            if time.perf_counter() - started > PATIENCE:
                fail(f"{self._department} has not signed {assignment} after {PATIENCE:.0f} s.", "huiying doctor")
            time.sleep(ASK_SECONDS / 5)
        return time.perf_counter() - started


def send(publisher: RabbitPublisher, department: str, verb: str, bodies: Sequence[dict[str, str]]) -> None:
    """Publish commands and wait for their confirms; fails when the broker takes one not."""
    for data in bodies:
        name = new_id()
        publisher.publish(Outgoing(name, COMMANDS, f"{department}.{verb}", orjson.dumps({"id": name, "data": data})))
    if refused := publisher.settle():
        fail(f"The broker refused {len(refused)} commands: {next(iter(refused.values()))}")


@contextlib.contextmanager
def slow_clients(place: Addresses, number: int) -> Iterator[None]:
    """So many clients that send half a request, or read nothing, and begin again when they are sent away."""
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
    """Everything in turn, on a system that is up and has nothing else to do."""
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
    """One department that sends notes about a few cases as fast as the broker takes them."""

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
        """Whether not all of it is handled."""
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


def _two_topics(client: Client) -> tuple[Topic, Topic]:
    """Two topics that go to two departments."""
    topics = client.get("/topics", Page[Topic]).items
    other = next((each for each in topics if each.department != topics[0].department), None)
    if other is None:
        fail(
            "All topics of the catalogue go to one department.", "measure with the example: HUIYING_CATALOGUE=deploy/catalogue.yml"
        )
    return topics[0], other


def _cases(client: Client, topic: Topic, number: int) -> list[str]:
    """The assignments of so many new opinions about a topic, each with its lead."""
    told = {"title": TITLE, "content": CONTENT, "topic": topic.code}
    opinions = {client.post("/opinions", told, Submitted).id for _ in range(number)}
    end = time.perf_counter() + ARRIVAL_SECONDS + number
    while time.perf_counter() < end:
        listed = client.pages("/assignments", Assignment, {"department": topic.department, "limit": 500})
        found = {each.opinion: each.id for each in listed if each.opinion in opinions and each.role == "lead"}
        if len(found) == number:
            return list(found.values())
        time.sleep(LOOK_SECONDS)
    return fail(f"Of {number} opinions about {topic.code} not all reached {topic.department}.", "huiying doctor")


def _receipt_page(place: Addresses, assignment: str) -> tuple[float, int]:
    """How long (s) the file of a case with all these notes takes to read, and its bytes."""
    client = Client(place)
    opinion = client.get(f"/assignments/{assignment}", Assignment).opinion
    started = time.perf_counter()
    size = len(b"\n".join(client.lines(f"/opinions/{opinion}")))
    return time.perf_counter() - started, size
