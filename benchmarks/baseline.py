"""The baseline: what this machine's store and broker can do with the same bytes and nothing else."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count, cycle, islice
from pathlib import Path

import sqlalchemy as sa
from pika.adapters.blocking_connection import BlockingConnection

from services.runtime.clock import SystemClock, new_id
from services.runtime.messaging.broker import Outgoing, RabbitPublisher
from services.runtime.store.database import Database

SECONDS, WINDOW = 1.0, 200
_tables = sa.MetaData()
_rows = sa.Table("baseline", _tables, sa.Column("id", sa.String(36), primary_key=True), sa.Column("body", sa.LargeBinary))


def rows_per_second(folder: Path, bodies: Sequence[bytes], rows: int = 1) -> float:
    """Durable inserts a second with `rows` in each commit, in a temporary store like the services' own."""
    path = folder / f"baseline-{secrets.token_hex(4)}.db"
    database = Database(f"sqlite:///{path}", "baseline", SystemClock())
    try:
        with database.engine.begin() as connection:
            _tables.create_all(connection)
        supply = cycle(bodies)

        def commit() -> int:
            with database.transaction() as work:
                for body in islice(supply, rows):
                    work.add(_rows, {"id": new_id(), "body": body})
            return rows

        return _rate(commit)
    finally:
        database.engine.dispose()
        for left in folder.glob(f"{path.name}*"):
            left.unlink()


def publishes_per_second(broker: BlockingConnection, url: str, bodies: Sequence[bytes]) -> tuple[float, float]:
    """Confirmed publishes a second to a temporary quorum queue, one by one and `WINDOW` at a time."""
    queue = f"huiying.baseline.{secrets.token_hex(4)}"
    channel = broker.channel()
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    publisher = RabbitPublisher(url, "huiying-baseline")
    supply = _messages(queue, bodies)

    def publish(size: int) -> Callable[[], int]:
        def act() -> int:
            for _ in range(size):
                publisher.publish(next(supply))
            publisher.settle()
            return size

        return act

    try:
        return _rate(publish(1)), _rate(publish(WINDOW))
    finally:
        publisher.close()
        channel.queue_delete(queue)
        channel.close()


def _messages(queue: str, bodies: Sequence[bytes]) -> Iterator[Outgoing]:
    for number, body in zip(count(), cycle(bodies), strict=False):
        yield Outgoing(str(number), "", queue, body)


def _rate(act: Callable[[], int]) -> float:
    started, done = time.perf_counter(), 0
    while (passed := time.perf_counter() - started) < SECONDS:
        done += act()
    return done / passed
