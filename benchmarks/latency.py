"""How long an opinion takes: from the POST to its 201, and to its arrival in a department's queue, one at a time."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from services.console.client.http import Client
from services.console.client.queue_audit import LARGEST_PREFETCH
from services.console.terminal import fail
from services.contracts.topology import department_queue

QUANTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}
ARRIVAL_SECONDS, WARM_UP = 10.0, 5
TITLE, CONTENT = "路口红绿灯不亮", "实验路与学府路路口的红绿灯已经三天不亮，早晚高峰十分危险，请尽快修复。"


class Watch:
    """Hears every department's queue without taking anything, and remembers when each opinion came."""

    def __init__(self, broker: Any, departments: Sequence[str]) -> None:
        self._broker, self.arrivals = broker, dict[str, float]()
        self._channel = broker.channel()
        self._channel.basic_qos(prefetch_count=LARGEST_PREFETCH)
        for code in departments:
            self._channel.basic_consume(department_queue(code), self._arrived)
        # What lies there already would be taken for arrivals.
        quiet = -1
        while quiet != len(self.arrivals):
            quiet = len(self.arrivals)
            broker.process_data_events(time_limit=0.3)

    def await_arrival(self, opinion: str) -> float:
        """The instant (of `perf_counter`) at which an opinion came; fails when it does not."""
        end = time.perf_counter() + ARRIVAL_SECONDS
        while opinion not in self.arrivals:
            if time.perf_counter() > end:
                fail(f"Opinion {opinion} did not reach a department's queue within {ARRIVAL_SECONDS:.0f} s.", "huiying doctor")
            self._broker.process_data_events(time_limit=0.5)
        return self.arrivals[opinion]

    def close(self) -> None:
        """Give everything back."""
        self._channel.close()

    def _arrived(self, _: Any, __: Any, ___: Any, body: bytes) -> None:
        event = json.loads(body)
        if event["type"] == "assignment.created":
            self.arrivals.setdefault(event["data"]["opinion"]["id"], time.perf_counter())
        else:
            self.arrivals.setdefault(event["id"], 0.0)


def measure(client: Client, broker: Any, count: int) -> dict[str, Any]:
    """`count` opinions, each sent when the one before has arrived; milliseconds at the quantiles."""
    watch = Watch(broker, [row["code"] for row in client.get("/departments")["items"]])
    answered, arrived = [], []
    try:
        for number in range(WARM_UP + count):
            started = time.perf_counter()
            opinion = client.post("/opinions", {"title": TITLE, "content": CONTENT}, public=True)["id"]
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
    return {"count": count, "quantiles": list(QUANTILES), "milliseconds": milliseconds}


def quantiles(values: list[float]) -> list[float]:
    """The values at `QUANTILES`."""
    ordered = sorted(values)
    return [round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for share in QUANTILES.values()]
