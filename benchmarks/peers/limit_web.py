"""How far Flask, gunicorn, PostgreSQL and RabbitMQ carry: what waits together shares a commit, messages leave pipelined."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

import orjson
import psycopg

from benchmarks.peers import work
from benchmarks.peers.place import AMQP, POSTGRES
from benchmarks.peers.web import make_app
from benchmarks.peers.window import QUORUM, Window
from benchmarks.traffic.witness import connect

MOST = 500
SAVE = """
WITH forgotten AS (DELETE FROM outbox WHERE opinion = ANY(%s::uuid[])),
     stored AS (INSERT INTO opinions (id, title, content, channel)
                SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]))
INSERT INTO outbox (opinion, body) SELECT * FROM unnest(%s::uuid[], %s::bytea[])
"""
T = TypeVar("T")


class Waiting(NamedTuple):
    """An opinion, the message about it, and what its request waits for."""

    opinion: work.Opinion
    body: bytes
    done: Future[None]


def all_of(queue: SimpleQueue[T], found: list[T]) -> list[T]:
    """Add what is in the queue now."""
    try:
        while len(found) < MOST:
            found.append(queue.get_nowait())
    except Empty:
        return found
    return found


class Committer:
    """Commits whatever waits in one statement, lets the requests go, and gives the messages to a thread that publishes them."""

    def __init__(self) -> None:
        self._waiting, self._leaving, self._sent = SimpleQueue[Waiting](), SimpleQueue[Waiting](), SimpleQueue[str]()
        for act in (self._commit, self._publish):
            threading.Thread(target=act, daemon=True).start()

    def take(self, opinion: work.Opinion) -> None:
        """Return when the opinion and its message are durable."""
        waiting = Waiting(opinion, orjson.dumps(opinion[:3]), Future())
        self._waiting.put(waiting)
        waiting.done.result()

    def _commit(self) -> None:
        with psycopg.connect(POSTGRES, autocommit=True) as store:
            while True:
                batch = all_of(self._waiting, [self._waiting.get()])
                ids, titles, contents, channels = (list(column) for column in zip(*(each.opinion for each in batch), strict=True))
                sent = all_of(self._sent, [])
                store.execute(SAVE, (sent, ids, titles, contents, channels, ids, [each.body for each in batch]))
                for each in batch:
                    each.done.set_result(None)
                    self._leaving.put(each)

    def _publish(self) -> None:
        connection = connect(AMQP)
        connection.channel().queue_declare(work.TASKS, durable=True, auto_delete=False, arguments=QUORUM)
        window = Window(connection, self._sent.put)
        with psycopg.connect(POSTGRES) as store:
            # What an earlier process has left behind.
            for opinion, body in store.execute("SELECT opinion::text, body FROM outbox"):
                window.publish(work.TASKS, opinion, bytes(body))
        while True:
            window.settle()
            for each in all_of(self._leaving, [self._leaving.get()]):
                window.publish(work.TASKS, each.opinion.id, each.body)


_committers: list[Committer] = []
_starting = threading.Lock()


def take(opinion: work.Opinion) -> None:
    """Hand an opinion to the committer of this process, which is started after the fork."""
    if not _committers:
        with _starting:
            if not _committers:
                _committers.append(Committer())
    _committers[0].take(opinion)


app = make_app(take)
