"""Consumes the departments' queues as their programs would, and notes when each opinion arrived."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import amqp

SUBJECT = re.compile(rb'"subject": *"([^"]+)"')
ASSIGNED = re.compile(rb'"type": *"assignment\.created"')
#: Those who help get a message too, which is no second copy.
LEAD = re.compile(rb'"role": *"lead"')
LOOK = 0.05


def connect(url: str) -> Any:
    """A connection to the broker at an AMQP address."""
    at = urlsplit(url)
    connection = amqp.Connection(
        host=f"{at.hostname}:{at.port}", userid=unquote(at.username or "guest"), password=unquote(at.password or "guest"),
        virtual_host=unquote(at.path[1:]) or "/",
    )  # fmt: skip
    connection.connect()
    return connection


class Consuming:
    """Consumes on a thread and a connection of its own while it is used as a context; `begin` says what."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._over = connection, threading.Event()
        self._thread = threading.Thread(target=self._consume, name="witness", daemon=True)

    def begin(self, channel: Any) -> None:
        """Begin to consume on a channel."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        channel = self._connection.channel()
        channel.auto_decode = False
        self.begin(channel)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._connection.close()

    def _consume(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                self._connection.drain_events(timeout=LOOK)


class Witness(Consuming):
    """Takes every message out of the queues of `departments`."""

    def __init__(self, url: str, departments: Sequence[str]) -> None:
        super().__init__(connect(url))
        self._queues = [f"department.{code}" for code in departments]
        self.arrivals: dict[str, float] = {}
        self.copies: Counter[str] = Counter()

    def begin(self, channel: Any) -> None:
        """Consume from all of them."""
        for queue in self._queues:
            channel.basic_consume(queue, no_ack=True, callback=self._arrived)

    def wait(self, opinions: Collection[str], quiet: float = 15.0) -> set[str]:
        """Wait until all of them have arrived, or until nothing has for `quiet` seconds; returns those that are missing."""
        seen, since = -1, time.monotonic()
        while missing := set(opinions) - self.arrivals.keys():
            if len(self.copies) != seen:
                seen, since = len(self.copies), time.monotonic()
            if time.monotonic() - since > quiet:
                break
            time.sleep(LOOK)
        return missing

    def doubled(self, opinions: Collection[str]) -> int:
        """How many of them arrived more than once."""
        return sum(1 for opinion in opinions if self.copies[opinion] > 1)

    def _arrived(self, message: Any) -> None:
        now, body = time.monotonic(), bytes(message.body)
        if ASSIGNED.search(body) and LEAD.search(body) and (subject := SUBJECT.search(body)):
            opinion = subject[1].decode()
            self.arrivals.setdefault(opinion, now)
            self.copies[opinion] += 1
