"""A dispatcher whose handler stores what it hears, with the broker in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import sqlalchemy as sa

from services.contracts.errors import Poison
from services.contracts.topology import DEPARTMENTS
from services.runtime.messaging.broker import Consumer, Delivery, Outgoing
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.subscription import Subscription, for_each
from services.runtime.store.database import Database, Transaction
from services.runtime.telemetry import Telemetry
from tests import conftest

QUEUE = "department.water"
effects = sa.Table("effects", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))


class Bench:
    """A dispatcher of `department.water` whose handler stores every body; what it handles is `batches`."""

    def __init__(
        self, database: Database, queue: str = QUEUE, patience: float = 0.0, sent: Callable[[Delivery], datetime] | None = None
    ) -> None:
        self.given_up: list[str] = []
        self.database, self.queue, self.broker, self.telemetry = database, queue, MemoryBroker(conftest.DEPARTMENTS), Telemetry()
        effects.metadata.create_all(database.engine)
        self.batches: list[list[str]] = []
        self.trouble: dict[str, BaseException] = {}
        self.acknowledged: list[bool] = []
        subscription = Subscription(
            queue, self.read, lambda delivery: delivery.message_id, self.handle, patience, give_up=self.give_up, sent=sent
        )
        self.dispatcher = Dispatcher(subscription, database, self.subscribe, self.broker.publisher, self.telemetry, batch=100)
        self.consumer = self.subscribe()

    def read(self, delivery: Delivery) -> Delivery:
        if delivery.body.startswith(b"not"):
            raise Poison("cannot be read")
        if delivery.body.startswith(b"odd"):
            raise LookupError("nobody thought of this")
        return delivery

    def handle(self, work: Transaction, deliveries: Sequence[Delivery]) -> None:
        self.batches.append([delivery.body.decode() for delivery in deliveries])

        def act(delivery: Delivery) -> None:
            work.add(effects, {"body": delivery.body.decode()})
            if delivery.body.decode() in self.trouble:
                raise self.trouble[delivery.body.decode()]

        for_each(deliveries, act)

    def give_up(self, _: Transaction, delivery: Delivery) -> None:
        self.given_up.append(delivery.body.decode())

    def subscribe(self) -> Consumer:
        consumer = self.broker.consumer(self.queue, 200)
        acknowledge = consumer.acknowledge

        def spy(delivery: Delivery, *, through: bool) -> None:
            self.acknowledged.append(through)
            acknowledge(delivery, through=through)

        consumer.acknowledge = spy  # type: ignore[method-assign]
        return consumer

    def send(self, *bodies: str, twice: bool = False) -> None:
        for body in bodies:
            for _ in range(1 + twice):
                self.broker.route(Outgoing(f"id-{body}", DEPARTMENTS, QUEUE, body.encode()))

    def turn(self) -> int:
        return self.dispatcher.turn(self.consumer)

    def effects(self) -> list[str]:
        with self.database.reading() as connection:
            return list(connection.execute(sa.select(effects.c.body).order_by(effects.c.id)).scalars())

    def dead(self) -> list[tuple[str, str]]:
        return [(one.body.decode(), str(one.headers["x-error"])) for one in self.broker.waiting(f"{self.queue}.dead")]

    def nothing_open(self) -> bool:
        """Whether everything that was delivered is acknowledged."""
        self.consumer.close()
        return not self.broker.waiting(self.queue)
