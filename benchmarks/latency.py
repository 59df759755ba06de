"""Latency of single opinions: from the POST to its 201, and to the arrival in a department's queue."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from pika.adapters.blocking_connection import BlockingConnection

from benchmarks.queue_audit import LARGEST_PREFETCH, MESSAGE
from services.console.client.answers import DepartmentView, SubmittedView
from services.console.client.http import Client, PageView
from services.console.terminal import fail
from services.contracts.topology import department_queue

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}
ARRIVAL_SECONDS, WARM_UP = 10.0, 5
TITLE, CONTENT = "路口红绿灯不亮", "实验路与学府路路口的红绿灯已经三天不亮，早晚高峰十分危险，请尽快修复。"


class Watch:
    """Consumes every department's queue without acknowledging, and records when each opinion arrived."""

    def __init__(self, broker: BlockingConnection, departments: Sequence[str]) -> None:
        self._broker, self.arrivals = broker, dict[str, float]()
        self._channel = broker.channel()
        self._channel.basic_qos(prefetch_count=LARGEST_PREFETCH)
        for code in departments:
            self._channel.basic_consume(department_queue(code), self._arrived)
        # Messages that are there already are no arrivals.
        quiet = -1
        while quiet != len(self.arrivals):
            quiet = len(self.arrivals)
            broker.process_data_events(time_limit=0.3)

    def await_arrival(self, opinion: str) -> float:
        """The instant (`perf_counter`) at which an opinion arrived; fails when it does not."""
        end = time.perf_counter() + ARRIVAL_SECONDS
        while opinion not in self.arrivals:
            if time.perf_counter() > end:
                fail(f"Opinion {opinion} did not reach a department's queue within {ARRIVAL_SECONDS:.0f} s.", "huiying doctor")
            self._broker.process_data_events(time_limit=0.5)
        return self.arrivals[opinion]

    def close(self) -> None:
        """Return all messages to their queues."""
        self._channel.close()

    def _arrived(self, _: object, __: object, ___: object, body: bytes) -> None:
        message = MESSAGE.decode(body)
        if (opinion := message.assigned) is not None:
            self.arrivals.setdefault(opinion, time.perf_counter())
        else:
            self.arrivals.setdefault(message.id, 0.0)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds at the quantiles, from the POST to each of two places, over `count` opinions."""

    count: int
    quantiles: list[str]
    milliseconds: dict[str, list[float]]


def measure(client: Client, broker: BlockingConnection, count: int) -> Latency:
    """Send `count` opinions, each when the one before has arrived."""
    watch = Watch(broker, [each.code for each in client.get("/departments", PageView[DepartmentView]).items])
    answered, arrived = [], []
    try:
        for number in range(WARM_UP + count):
            started = time.perf_counter()
            opinion = client.post("/opinions", {"title": TITLE, "content": CONTENT}, SubmittedView, public=True).id
            answer = time.perf_counter()
            arrival = watch.await_arrival(opinion)
            if number >= WARM_UP:
                answered.append(1000 * (answer - started))
                arrived.append(1000 * (arrival - started))
    finally:
        watch.close()
    milliseconds = {
        "提交到 201 POST to 201": quantiles(answered),
        "提交到承办队列 POST to department's queue": quantiles(arrived),
    }
    return Latency(count, list(QUANTILES), milliseconds)


def quantiles(values: list[float]) -> list[float]:
    """The values at `QUANTILES`."""
    ordered = sorted(values)
    return [round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for share in QUANTILES.values()]
