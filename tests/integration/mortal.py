"""A relay or a dispatcher in a process of its own that kills itself at a named point: `python -m tests.integration.mortal …`.

relay URL BROKER POINT BATCH        until the outbox is empty, unless it dies: `before-confirm` or `before-mark`
courier URL BROKER POINT COUNT      stores messages and tells their ids, which then leave from memory, unless it dies there
dispatcher URL BROKER POINT BATCH   until the queue is empty, unless it dies: `before-commit` or `before-ack`
It dies in the first batch at the point; POINT `never` ends by itself.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from services.contracts.messages.supervision import ReminderSent
from services.runtime.clock import SystemClock
from services.runtime.messaging.broker import Delivery, Outgoing, RabbitConsumer, RabbitPublisher
from services.runtime.messaging.courier import Courier
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.subscription import Subscription
from services.runtime.store.database import Database, Transaction
from services.runtime.telemetry import Telemetry
from tests.integration.relaying import DEADLINE

QUEUE = "department.water"
effects = sa.Table("effects", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))


def die() -> None:
    """As if the power went."""
    os.kill(os.getpid(), signal.SIGKILL)


class MortalPublisher:
    """Dies around the confirms."""

    def __init__(self, inner: RabbitPublisher, point: str) -> None:
        self._inner, self._point = inner, point

    def publish(self, message: Outgoing) -> None:
        if self._point == "before-publish":
            die()
        self._inner.publish(message)

    def settle(self) -> Mapping[tuple[str, str, str], str]:
        if self._point == "before-confirm":
            die()
        failed = self._inner.settle()
        if self._point == "before-mark":
            die()
        return failed

    def idle(self) -> None:
        self._inner.idle()

    def close(self) -> None:
        self._inner.close()


class MortalSubscription:
    """Dies before the acknowledgement."""

    def __init__(self, inner: RabbitConsumer, point: str) -> None:
        self._inner, self._point = inner, point

    def collect(self, limit: int, timeout: float) -> list[Delivery]:
        return self._inner.collect(limit, timeout)

    def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
        if self._point == "before-ack":
            die()
        self._inner.acknowledge(delivery, through=through)

    def close(self) -> None:
        self._inner.close()


def relay(database: Database, broker: str, point: str, batch: int) -> None:
    """Empty the outbox."""
    publisher: Any = MortalPublisher(RabbitPublisher(broker, "mortal"), point)
    one = Relay(database, lambda: publisher, Telemetry(), batch)
    while one.turn(publisher):
        pass
    publisher.close()


def courier(database: Database, broker: str, point: str, batch: int) -> None:
    """Store messages in one transaction, say which, and send them from memory."""
    publisher: Any = MortalPublisher(RabbitPublisher(broker, "mortal"), point)

    class Opened(Courier):
        def room(self) -> int:
            return self._lanes.room()

    database.carrier = one = Opened(database, lambda: publisher, Telemetry())
    with database.transaction() as work:
        for number in range(batch):
            reminder = ReminderSent("a", "water", str(number), "reply", DEADLINE)
            sys.stdout.write(work.publish(reminder, subject=f"{os.getpid()} {number}", sequence=1).event.id + "\n")
    sys.stdout.flush()
    while one.turn(publisher, 0.0):
        pass
    one.record()


def dispatcher(database: Database, broker: str, point: str, batch: int) -> None:
    """Empty the queue."""

    def handle(work: Transaction, bodies: Sequence[str]) -> None:
        for body in bodies:
            work.add(effects, {"body": body})
        work.flush()
        if point == "before-commit":
            die()

    subscription = Subscription(QUEUE, lambda delivery: delivery.body.decode(), lambda body: body, handle)
    consumer: Any = MortalSubscription(RabbitConsumer(broker, QUEUE, 2 * batch, "mortal"), point)
    one = Dispatcher(subscription, database, lambda: consumer, lambda: RabbitPublisher(broker, "mortal"), Telemetry(), batch)
    while one.turn(consumer):
        pass
    consumer.close()


if __name__ == "__main__":
    role, url, address, where, size = sys.argv[1:]
    store = Database(url, "test", SystemClock())
    {"relay": relay, "courier": courier, "dispatcher": dispatcher}[role](store, address, where, int(size))
    store.close()
