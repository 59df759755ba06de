"""The baseline: what this machine's store and broker can do with the same bytes and nothing else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice

import psycopg

from benchmarks.systems.stack import Stack
from benchmarks.traffic.opinions import body_of
from services.runtime.messaging.broker import Outgoing, RabbitPublisher

SECONDS, WINDOW, ROWS_A_COMMIT, SAMPLES = 1.0, 200, 50, 100
NAME, QUEUE = "baseline", "department.baseline"
TABLE = "CREATE TABLE bodies (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
INSERT = "INSERT INTO bodies (body) SELECT * FROM unnest(%s::bytea[])"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Rates a second by what is done."""

    rates: dict[str, float]


def measure_baseline(stack: Stack, seconds: float = SECONDS) -> Baseline:
    """Measure each rate for some seconds on an otherwise idle stack."""
    bodies = [body_of(number) for number in range(SAMPLES)]
    address, amqp = stack.database(NAME, TABLE), stack.virtual_host(NAME, ["baseline"])
    publisher, messages = RabbitPublisher(amqp, NAME), _messages(bodies)
    try:
        return Baseline({
            "持久提交 durable commits": _commits(address, bodies, 1, seconds),
            f"每次 {ROWS_A_COMMIT} 行 rows, {ROWS_A_COMMIT} a commit": _commits(address, bodies, ROWS_A_COMMIT, seconds),
            "逐条确认发布 confirmed publishes": _publishes(publisher, messages, 1, seconds),
            f"每 {WINDOW} 条确认 {WINDOW} at a time": _publishes(publisher, messages, WINDOW, seconds),
        })  # fmt: skip
    finally:
        publisher.close()
        stack.drop_virtual_host(NAME)
        stack.drop_database(NAME)


def _commits(address: str, bodies: Sequence[bytes], rows: int, seconds: float) -> float:
    supply = cycle(bodies)
    with psycopg.connect(address, autocommit=True) as connection:

        def commit() -> int:
            connection.execute(INSERT, (list(islice(supply, rows)),))
            return rows

        return _rate(commit, seconds)


def _publishes(publisher: RabbitPublisher, messages: Iterator[Outgoing], size: int, seconds: float) -> float:
    def publish() -> int:
        for message in islice(messages, size):
            publisher.publish(message)
        publisher.settle()
        return size

    return _rate(publish, seconds)


def _messages(bodies: Sequence[bytes]) -> Iterator[Outgoing]:
    for number, body in zip(count(), cycle(bodies), strict=False):
        yield Outgoing(str(number), "", QUEUE, body)


def _rate(act: Callable[[], int], seconds: float) -> float:
    started, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - started) < seconds:
        done += act()
    return done / passed
