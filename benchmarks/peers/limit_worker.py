"""The worker of the bare design: what has arrived is routed, committed, sent and acknowledged together."""

from __future__ import annotations

import select
import signal
import sys
from typing import Any

import orjson
import psycopg

from benchmarks.peers import work
from benchmarks.peers.place import AMQP, POSTGRES
from benchmarks.peers.window import QUORUM, Window
from benchmarks.traffic.witness import connect

MOST, PREFETCH = 250, 500
SAVE = """
INSERT INTO assignments (opinion, department, rule) SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[]) ON CONFLICT DO NOTHING
"""


def arrivals(connection: Any, arrived: list[Any]) -> list[Any]:
    """Wait for a message, and take what is there beside it."""
    while not arrived:
        connection.drain_events()
    while len(arrived) < MOST and select.select([connection.sock], [], [], 0)[0]:
        connection.drain_events()
    batch = list(arrived)
    arrived.clear()
    return batch


def main() -> None:
    """Work until told to stop."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    connection = connect(AMQP)
    channel, window, arrived = connection.channel(), Window(connection), list[Any]()
    channel.queue_declare(work.TASKS, durable=True, auto_delete=False, arguments=QUORUM)
    channel.basic_qos(0, PREFETCH, False)
    channel.basic_consume(work.TASKS, callback=arrived.append)
    with psycopg.connect(POSTGRES, autocommit=True) as store:
        while True:
            batch = arrivals(connection, arrived)
            opinions = [orjson.loads(message.body) for message in batch]
            assignments = [work.route(*opinion) for opinion in opinions]
            store.execute(SAVE, [list(column) for column in zip(*assignments, strict=True)])
            for assignment, (_, title, content) in zip(assignments, opinions, strict=True):
                window.publish(assignment.queue, assignment.opinion, work.message(assignment, title, content))
            window.settle()
            channel.basic_ack(batch[-1].delivery_tag, multiple=True)


if __name__ == "__main__":
    main()
