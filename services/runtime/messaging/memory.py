"""The broker in memory: what tests and rehearsals use in place of RabbitMQ, with the same protocols as `broker.py`.

It knows the topology's exchanges and queues, returns what no queue takes, gives unacknowledged messages back when a
consumer closes, and dead-letters what came back too often. Time does not pass in it: `release` ends a retry queue's wait.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from services.contracts.topology import (
    DEAD,
    DELIVERIES,
    EXCHANGES,
    LARGEST_MESSAGE,
    REQUEUE,
    RETRIES,
    SERVICES,
    UNROUTED,
    Queue,
    dead_queue,
    events_queue,
    mark_queues,
    matches,
    queues,
)
from services.runtime.messaging.broker import Delivery, Outgoing, delivery_of

DELIVERY_LIMIT = 10
Copy = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Stored:
    """One message in a queue: as it was published, by whom, and how often it came back."""

    message: Outgoing
    user_id: str | None = None
    returned: int = 0


class MemoryBroker:
    """All queues of the topology. `full` names queues that refuse, `down` makes every connection fail."""

    def __init__(self, outsiders: Iterable[str] = ()) -> None:
        self.changed = threading.Condition()
        self.full: set[str] = set()
        self.down = False
        self._bindings: dict[str, list[tuple[str, str]]] = {exchange: [] for exchange in EXCHANGES}
        self._queues: dict[str, deque[Stored]] = {}
        for queue in queues(outsiders):
            self.add(queue)
        for name in (*(delay.exchange for delay in RETRIES), UNROUTED):
            self._bind(name, name, "#")
        for name in (*map(events_queue, SERVICES), *mark_queues()):
            self._bind(DELIVERIES, name, name)

    def add(self, queue: Queue) -> None:
        """Make a work queue with its dead queue, bound as the topology says."""
        for exchange, pattern in queue.bindings:
            self._bind(exchange, queue.name, pattern)
        self._bind(DEAD, dead_queue(queue.name), queue.name)
        self._bind(REQUEUE, queue.name, queue.name)

    def remove(self, queue: str) -> None:
        """Take a queue away with what is in it."""
        with self.changed:
            del self._queues[queue]
            for exchange, bound in self._bindings.items():
                self._bindings[exchange] = [(pattern, name) for pattern, name in bound if name != queue]
            self.changed.notify_all()

    def publisher(self) -> MemoryPublisher:
        """A connection that publishes; raises ConnectionError while the broker is down."""
        self.check()
        return MemoryPublisher(self)

    def consumer(self, queue: str, prefetch: int = 100) -> MemoryConsumer:
        """A connection that consumes one queue; raises ConnectionError while the broker is down or without the queue."""
        self.check(queue)
        return MemoryConsumer(self, queue, prefetch)

    def check(self, queue: str | None = None) -> None:
        """Raises ConnectionError while the broker is down or when the queue is not there."""
        if self.down:
            raise ConnectionError("the broker is down")
        if queue is not None and queue not in self._queues:
            raise ConnectionError(f"there is no queue {queue}")

    def has(self, queue: str) -> bool:
        """Whether a queue is there."""
        return queue in self._queues

    def route(self, message: Outgoing, user_id: str | None = None) -> str | None:
        """Put a message into every queue that is bound for it; returns why it was not taken, or None."""
        with self.changed:
            if message.exchange not in self._bindings:
                raise ConnectionError(f"there is no exchange {message.exchange}")
            kind = EXCHANGES[message.exchange]
            heard = {
                queue: None
                for pattern, queue in self._bindings[message.exchange]
                if kind == "fanout" or pattern == message.routing_key or (kind == "topic" and matches(pattern, message.routing_key))
            }
            for queue in heard:
                if queue not in self.full:
                    self._queues[queue].append(Stored(message, user_id))
            self.changed.notify_all()
            if not heard:
                return "no queue takes it"
            return "refused by the broker" if self.full & heard.keys() else None

    def release(self, exchange: str) -> int:
        """End the wait of a retry queue: its messages go back to the queues they came from; returns how many."""
        with self.changed:
            waiting, self._queues[exchange] = self._queues[exchange], deque()
        for stored in waiting:
            self.route(replace(stored.message, exchange=REQUEUE), stored.user_id)
        return len(waiting)

    def waiting(self, queue: str) -> list[Outgoing]:
        """What is in a queue and not on its way to a consumer."""
        with self.changed:
            return [stored.message for stored in self._queues[queue]]

    def take(self, queue: str, limit: int, timeout: float) -> list[Stored]:
        """Take up to `limit` messages out of a queue; waits `timeout` seconds for the first."""
        with self.changed:
            self.changed.wait_for(lambda: self.down or self._queues.get(queue, True), timeout)
            self.check(queue)
            line = self._queues[queue]
            return [line.popleft() for _ in range(min(limit, len(line)))]

    def rearrange(self, queue: str, order: Callable[[list[Stored]], list[Stored]]) -> None:
        """Let what waits in a queue wait in another order, or twice, as `order` makes of it."""
        with self.changed:
            self._queues[queue] = deque(order(list(self._queues[queue])))
            self.changed.notify_all()

    def put_back(self, queue: str, stored: Iterable[Stored]) -> None:
        """Return what was not acknowledged to the head of its queue, in its order; what came back too often is dead-lettered."""
        again = [replace(one, returned=one.returned + 1) for one in stored]
        with self.changed:
            line = self._queues.get(queue)
            if line is None:
                return
            line.extendleft(reversed([one for one in again if one.returned <= DELIVERY_LIMIT]))
            self._queues[dead_queue(queue)].extend(one for one in again if one.returned > DELIVERY_LIMIT)
            self.changed.notify_all()

    def _bind(self, exchange: str, queue: str, pattern: str) -> None:
        with self.changed:
            self._queues.setdefault(queue, deque())
            self._bindings[exchange].append((pattern, queue))


class MemoryPublisher:
    """The in-memory counterpart of `RabbitPublisher`."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._failed: dict[Copy, str] = {}

    def publish(self, message: Outgoing) -> None:
        """Send one message; raises ConnectionError while the broker is down."""
        self._broker.check()
        too_large = len(message.body) > LARGEST_MESSAGE
        reason = f"larger than {LARGEST_MESSAGE} bytes" if too_large else self._broker.route(message)
        if reason is not None:
            self._failed[message.copy] = reason

    def settle(self) -> dict[Copy, str]:
        """The copies that were not taken, with the reason; raises ConnectionError while the broker is down."""
        self._broker.check()
        failed, self._failed = self._failed, {}
        return failed

    def take(self, queue: str) -> list[bytes] | None:
        """Everything in a queue, taken out of it, None where there is none; raises ConnectionError while the broker is down."""
        self._broker.check()
        if not self._broker.has(queue):
            return None
        return [stored.message.body for stored in self._broker.take(queue, 1000, 0.0)]

    def idle(self) -> None:
        """Raises ConnectionError while the broker is down."""
        self._broker.check()

    def close(self) -> None:
        """Forget what was not asked about."""
        self._failed = {}


class MemoryConsumer:
    """The in-memory counterpart of `RabbitConsumer`."""

    def __init__(self, broker: MemoryBroker, queue: str, prefetch: int) -> None:
        self._broker, self._queue, self._prefetch = broker, queue, prefetch
        self._tags = itertools.count(1)
        self._unacknowledged: dict[int, Stored] = {}

    def collect(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` deliveries, and no more on the way than the prefetch allows."""
        room = min(limit, self._prefetch - len(self._unacknowledged))
        return [self._deliver(stored) for stored in self._broker.take(self._queue, room, timeout)]

    def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
        """Forget one delivery, or all through it; raises ConnectionError for one that is not out."""
        self._broker.check()
        if delivery.tag not in self._unacknowledged:
            raise ConnectionError(f"unknown delivery tag {delivery.tag}")
        for tag in [tag for tag in self._unacknowledged if tag == delivery.tag or (through and tag < delivery.tag)]:
            del self._unacknowledged[tag]

    def widen(self, prefetch: int) -> None:
        """Allow more at once."""
        self._prefetch = prefetch

    def close(self) -> None:
        """Give back what was not acknowledged."""
        unacknowledged, self._unacknowledged = self._unacknowledged, {}
        self._broker.put_back(self._queue, unacknowledged.values())

    def _deliver(self, stored: Stored) -> Delivery:
        tag, message = next(self._tags), stored.message
        self._unacknowledged[tag] = stored
        info = {"delivery_tag": tag, "exchange": message.exchange, "routing_key": message.routing_key}
        headers = {**message.headers, "x-delivery-count": stored.returned}
        properties = {
            "message_id": message.message_id,
            "application_headers": headers,
            "user_id": stored.user_id,
            "type": message.type,
        }
        return delivery_of(self._queue, info, properties, message.body)
