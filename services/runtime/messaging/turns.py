"""A queue in which senders take turns: one who sends ten thousand messages delays the others by one share of a batch.

The broker gives a queue out in order. So everything that waits is taken in, up to a bound, sorted by who sent it, and handed on
in turns; nothing is acknowledged before it was handled. Messages of one sender stay in their order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from services.runtime.messaging.broker import Consumer, Delivery, RabbitConsumer
from services.runtime.messaging.subscription import Subscription

#: How many messages of one sender are handed on in one batch while others may be waiting.
SHARE = 25
#: How much is taken in at most: messages, bytes, and messages at a time, because others wait while it is read.
MOST_HELD, MOST_BYTES, READ_AT_ONCE = 20_000, 64_000_000, 4_000
Sender = Callable[[Delivery], str]


class Turns:
    """A consumer in front of another, which must allow `narrow` unacknowledged messages.

    It is widened only while nothing in it was redelivered: a message that crashes a worker takes all that were in flight down with
    it each time, and the broker gives them up together when that has happened often enough.
    """

    def __init__(self, inner: Consumer, sender: Sender, narrow: int) -> None:
        self._inner, self._sender = inner, sender
        self._room, self._wide = narrow, False
        self._lines: dict[str, deque[Delivery]] = {}
        self._out: dict[int, Delivery] = {}
        self._held = self._bytes = 0

    def collect(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` deliveries, each sender's share in turns: waits `timeout` seconds for the first."""
        room = min(self._room - self._held - len(self._out), READ_AT_ONCE)
        if room > 0 and self._bytes < MOST_BYTES:
            self._take_in(self._inner.collect(room, 0.0 if self._held else timeout))
        if not self._wide and self._held + len(self._out) >= self._room and self._is_fresh():
            self._inner.widen(MOST_HELD)
            self._room, self._wide = MOST_HELD, True
        return self._share_out(limit)

    def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
        """Acknowledge one delivery, or all that were handed on up to it."""
        if not through:
            del self._out[delivery.tag]
            self._inner.acknowledge(delivery, through=False)
            return
        for tag, each in list(self._out.items()):
            del self._out[tag]
            self._inner.acknowledge(each, through=False)
            if tag == delivery.tag:
                return

    def widen(self, prefetch: int) -> None:
        """Allow more in the consumer behind."""
        self._inner.widen(prefetch)

    def close(self) -> None:
        """Drop the connection; what was not acknowledged goes back."""
        self._inner.close()

    def _take_in(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            self._lines.setdefault(self._sender(delivery), deque()).append(delivery)
            self._bytes += len(delivery.body)
        self._held += len(deliveries)

    def _is_fresh(self) -> bool:
        return not any(delivery.delivery_count for line in self._lines.values() for delivery in line)

    def _share_out(self, limit: int) -> list[Delivery]:
        chosen: list[Delivery] = []
        for _ in range(SHARE):
            for sender in list(self._lines):
                if len(chosen) == limit:
                    break
                line = self._lines[sender]
                chosen.append(line.popleft())
                if not line:
                    del self._lines[sender]
        # A sender that had a turn goes behind those that have not.
        served = {self._sender(delivery): None for delivery in chosen}
        for sender in served:
            if sender in self._lines:
                self._lines[sender] = self._lines.pop(sender)
        self._held -= len(chosen)
        self._bytes -= sum(len(delivery.body) for delivery in chosen)
        self._out |= {delivery.tag: delivery for delivery in chosen}
        return chosen


def consumer_of(url: str, subscription: Subscription[Any], batch: int, label: str) -> Consumer:
    """A connection that consumes a queue as its service says, with the next batch on its way while one is handled."""
    consumer = RabbitConsumer(url, subscription.queue, 2 * batch, f"{label}-{subscription.queue}")
    return Turns(consumer, subscription.sender, 2 * batch) if subscription.sender else consumer
