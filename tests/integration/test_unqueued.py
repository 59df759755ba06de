"""A department without a queue: nothing is published for it, wherever it came from, and nothing else waits for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.messages.supervision import ReminderSent
from services.contracts.topology import DEPARTMENTS, EVENTS, department_queue, undeliverable
from services.runtime.clock import FixedClock
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.relay import Relay
from services.runtime.store import journal
from services.runtime.store.database import Database
from services.runtime.store.journal_tables import addressed_table, published_table
from services.runtime.store.outgoing.outbox import outbox_table
from services.runtime.telemetry import Telemetry
from tests.integration.relaying import DEADLINE
from tests.stores import MakeDatabase

#: The broker has a queue for water alone.
QUEUED, UNQUEUED = "water", "roads"


class Town:
    """Notify's store and relay, with a catalogue of departments without a queue that a test changes."""

    def __init__(self, database: Database) -> None:
        self.database, self.broker, self.telemetry = database, MemoryBroker([QUEUED]), Telemetry()
        self.unqueued: Collection[str] = {UNQUEUED}
        self.relay = Relay(database, self.broker.publisher, self.telemetry, 50, lambda: undeliverable(self.unqueued))

    def remind(self, *departments: str) -> list[str]:
        with self.database.transaction() as work:
            return [
                work.publish(ReminderSent("a", code, "x", "reply", DEADLINE), subject="o-1", sequence=number).event.id
                for number, code in enumerate(departments, start=1)
            ]

    def turn(self) -> None:
        self.relay.turn(self.broker.publisher())

    def count(self, table: sa.Table) -> int:
        with self.database.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


@pytest.fixture
def town(any_database: MakeDatabase) -> Town:
    return Town(any_database("notify"))


def test_its_events_leave_and_nothing_is_published_or_kept_for_its_queue(town: Town) -> None:
    ids = town.remind(UNQUEUED, QUEUED)
    town.turn()
    assert town.count(outbox_table) == 0
    assert [each.message_id for each in town.broker.waiting("metrics.events")] == ids
    assert [each.message_id for each in town.broker.waiting(department_queue(QUEUED))] == ids[1:]
    with town.database.reading() as connection:
        kept = connection.execute(sa.select(published_table.c.destinations)).scalars().all()
    assert sorted(kept) == sorted([
        *(f'[["{EVENTS}","reminder.sent.{code}"]]' for code in (UNQUEUED, QUEUED)),
        f'[["{DEPARTMENTS}","{department_queue(QUEUED)}"]]',
    ])  # fmt: skip


def test_what_was_refused_before_the_catalogue_said_so_ends_at_its_next_try(town: Town, clock: FixedClock) -> None:
    town.unqueued = ()
    town.remind(UNQUEUED, UNQUEUED)
    town.turn()
    assert town.count(outbox_table) == 2
    town.unqueued = {UNQUEUED}
    clock.instant += timedelta(minutes=1)
    for _ in range(2):  # One after the other, because they are in one lane.
        town.turn()
    assert town.count(outbox_table) == 0


def test_after_a_lost_broker_what_once_went_to_its_queue_does_not_block(town: Town) -> None:
    town.unqueued, town.broker = (), MemoryBroker([QUEUED, UNQUEUED])
    town.remind(UNQUEUED)
    town.turn()
    town.unqueued, town.broker = {UNQUEUED}, MemoryBroker([QUEUED])
    with town.database.transaction() as work:
        journal.publish_all_again(work.connection)
    town.turn()
    assert town.count(outbox_table) == 0
    assert town.count(addressed_table) == 0


def test_a_department_that_gets_a_queue_gets_what_comes_from_then_on(town: Town) -> None:
    town.remind(UNQUEUED)
    town.turn()
    town.unqueued, town.broker = (), MemoryBroker([QUEUED, UNQUEUED])
    town.relay = Relay(town.database, town.broker.publisher, town.telemetry, 50, lambda: undeliverable(town.unqueued))
    ids = town.remind(UNQUEUED)
    town.turn()
    assert [each.message_id for each in town.broker.waiting(department_queue(UNQUEUED))] == ids
