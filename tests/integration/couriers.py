"""What the tests of the courier share: one that is driven by hand, and what a lane has got."""

from __future__ import annotations

from services.contracts.messages.supervision import ReminderSent
from services.runtime.messaging.courier import Courier
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.store.database import Database, Transaction
from services.runtime.telemetry import Telemetry
from tests.integration.relaying import DEADLINE

QUEUE = "department.water"


class Driven(Courier):
    """A courier without a thread, which sends when it is told to."""

    def __init__(self, database: Database, broker: MemoryBroker) -> None:
        self.telemetry = Telemetry()
        super().__init__(database, broker.publisher, self.telemetry)
        self.broker = broker

    def room(self) -> int:
        return self._lanes.room()

    def send(self) -> int:
        """Send all there is to send; returns how many rows that were."""
        publisher, count = self.broker.publisher(), 0
        while rows := self.turn(publisher, 0.0):
            count += rows
        return count

    def settle(self) -> None:
        """Take out of the outbox what was confirmed."""
        self.record()
        self._database.write(lambda _: None)


def say(database: Database, lane: str, text: str) -> None:
    """Store a message as a request does."""

    def unit(work: Transaction) -> None:
        work.publish(ReminderSent("a", "water", text, "reply", DEADLINE), subject=lane, sequence=1)

    database.write(unit)
