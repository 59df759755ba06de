"""What was published and not heard is published again: after a lost broker, or a purged queue. An older store is recognised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa

from services.contracts.envelope import Event, decode
from services.contracts.errors import Poison
from services.contracts.messages.opinions import OpinionDeclined
from services.contracts.messages.supervision import ReminderSent
from services.contracts.topology import DELIVERIES
from services.runtime.clock import FixedClock
from services.runtime.messaging.broker import Outgoing
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.reconcile import PublishingSide
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.subscription import Subscription
from services.runtime.store import journal
from services.runtime.store.database import Database, Transaction
from services.runtime.store.journal_tables import addressed_table, listings_table, published_table
from services.runtime.telemetry import Telemetry
from tests.conftest import DEPARTMENTS
from tests.integration.relaying import DEADLINE
from tests.stores import MakeDatabase

QUEUE = "metrics.events"


class Town:
    """Notify, which publishes, and metrics, which hears, each on a store of its own, around one broker in memory."""

    def __init__(self, make: MakeDatabase, clock: FixedClock) -> None:
        self.clock, self.broker = clock, MemoryBroker(DEPARTMENTS)
        self.source, self.hearer = make("notify"), make("metrics")
        self.acted: Counter[str] = Counter()
        self.unwilling: set[str] = set()

    def publish(self, count: int, department: str = "water") -> list[str]:
        with self.source.transaction() as work:
            message = ReminderSent("a", department, "x", "reply", DEADLINE)
            return [work.publish(message, subject=f"o-{number}", sequence=1).event.id for number in range(count)]

    def relay_all(self) -> None:
        relay = Relay(self.source, self.broker.publisher, Telemetry(), 50)
        while relay.turn(self.broker.publisher()):
            pass

    def ask(self, seconds: float = 120.0) -> int:
        self.clock.instant += timedelta(seconds=seconds)
        asking = PublishingSide(self.source)
        asking.greet(self.broker.publisher())
        return asking.ask(self.broker.publisher())

    def greet(self) -> int:
        return PublishingSide(self.source).greet(self.broker.publisher())

    def _handle(self, _: Transaction, events: Sequence[Event]) -> None:
        for event in events:
            if event.id in self.unwilling:
                raise Poison("not today")
        self.acted.update(event.id for event in events)

    def receive(self, database: Database, queue: str) -> None:
        def read(delivery: Delivery) -> Event:
            return decode(delivery.body)

        subscription = Subscription(queue, read, lambda event: event.id, self._handle)
        consumer = self.broker.consumer(queue)
        dispatcher = Dispatcher(subscription, database, lambda: consumer, self.broker.publisher, Telemetry(), 50)
        while self.broker.waiting(queue):
            dispatcher.turn(consumer)
        consumer.close()

    def settle(self) -> None:
        """Everybody hears what there is for them, question and answer included."""
        self.receive(self.hearer, QUEUE)
        self.receive(self.source, "notify.events")
        self.relay_all()
        self.receive(self.hearer, QUEUE)

    def count(self, table: sa.Table) -> int:
        with self.source.reading() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())

    def behind(self, database: Database) -> dict[str, object] | None:
        with database.reading() as connection:
            told = journal.fact(connection, journal.BEHIND)
        return None if told is None else dict(orjson.loads(told))

    def lose(self) -> None:
        """The broker comes back with its topology and nothing in it."""
        self.broker = MemoryBroker(DEPARTMENTS)


@pytest.fixture
def town(any_database: MakeDatabase, clock: FixedClock) -> Town:
    town = Town(any_database, clock)
    town.greet()
    return town


def test_what_was_heard_is_let_go_and_what_departments_have_is_kept(town: Town) -> None:
    said = town.publish(120)
    town.relay_all()
    assert town.count(published_table) == 240
    town.receive(town.hearer, QUEUE)
    assert town.ask() == 1
    town.settle()
    assert town.acted == Counter(said)
    assert town.count(published_table) == town.count(listings_table) == 0
    assert town.count(addressed_table) == 120
    assert town.ask() == 0


def test_a_purged_queue_of_a_service_is_noticed_and_filled_again_with_the_same_ids(town: Town) -> None:
    said = town.publish(100)
    town.relay_all()
    town.broker.rearrange(QUEUE, lambda line: line[:30])
    town.settle()
    assert len(town.acted) == 30
    town.ask()
    town.settle()
    assert town.acted == Counter(said)
    town.ask()
    town.settle()
    assert town.count(published_table) == 0


def test_a_question_that_is_lost_is_asked_again(town: Town) -> None:
    said = town.publish(10)
    town.relay_all()
    town.ask()
    town.broker.rearrange(QUEUE, lambda _: [])
    assert town.ask(5.0) == 0
    assert town.ask(120.0) == 1
    town.settle()
    assert town.acted == Counter(said)


@pytest.mark.parametrize("heard", [0, 40, 100])
def test_a_broker_that_comes_back_empty_gets_everything_once_more_and_each_message_acts_once(town: Town, heard: int) -> None:
    said = town.publish(100)
    town.relay_all()
    town.broker.rearrange(QUEUE, lambda line: line[:heard])
    town.receive(town.hearer, QUEUE)
    waiting = town.publish(20, "roads")
    town.lose()
    assert town.greet() == 200
    town.relay_all()
    assert [one.message_id for one in town.broker.waiting("department.water")] == said
    assert [one.message_id for one in town.broker.waiting("department.roads")] == waiting
    assert [one.message_id for one in town.broker.waiting(QUEUE)] == said + waiting
    town.settle()
    assert town.acted == Counter(said + waiting)
    assert town.greet() == 0


def test_departments_get_again_what_all_services_have_long_heard(town: Town) -> None:
    said = town.publish(30)
    town.relay_all()
    town.receive(town.hearer, QUEUE)
    town.ask()
    town.settle()
    town.lose()
    assert town.greet() == 30
    town.relay_all()
    assert [one.message_id for one in town.broker.waiting("department.water")] == said
    assert town.broker.waiting(QUEUE) == []
    town.ask()
    assert town.count(addressed_table) == 30


def test_a_restart_of_the_relay_is_no_loss(town: Town) -> None:
    town.publish(10)
    town.relay_all()
    town.ask()
    assert town.greet() == 0
    assert len(town.broker.waiting("department.water")) == 10


def test_a_dead_letter_is_not_sent_again_by_every_question_but_is_after_a_loss(town: Town) -> None:
    bad, *good = town.publish(5)
    town.unwilling = {bad}
    town.relay_all()
    for _ in range(3):
        town.settle()
        town.ask()
    assert town.acted == Counter(good)
    assert len(town.broker.waiting("metrics.events.dead")) == 1
    town.unwilling = set()
    town.lose()
    assert town.greet() == 10
    town.relay_all()
    town.settle()
    assert town.acted == Counter([bad, *good])


def test_a_store_older_than_the_broker_is_recognised_by_the_mark(town: Town, any_database: MakeDatabase) -> None:
    town.publish(10)
    town.relay_all()
    town.ask()
    assert town.behind(town.source) is None
    town.source = any_database("older")
    town.source.source = "notify"
    assert town.greet() == 0
    assert town.behind(town.source) == {"than": "broker", "by": 20, "found": town.clock.now().isoformat(timespec="seconds")}


@pytest.mark.parametrize("older", ["source", "hearer"])
def test_a_store_older_than_another_is_recognised_by_its_neighbour(town: Town, any_database: MakeDatabase, older: str) -> None:
    for _ in range(3):
        town.publish(2)
        town.relay_all()
        town.ask()
        town.settle()
    fresh = any_database("older")
    fresh.source = getattr(town, older).source
    setattr(town, older, fresh)
    town.lose()
    town.greet()
    town.publish(1)
    town.relay_all()
    town.ask()
    town.settle()
    told = town.behind(fresh)
    assert told is not None
    assert told["than"] == {"source": "metrics", "hearer": "notify"}[older]


@pytest.mark.parametrize("older", ["source", "hearer"])
def test_a_store_that_was_put_back_and_accepted_is_not_told_again_but_the_next_time_it_is(
    town: Town, any_database: MakeDatabase, older: str
) -> None:
    def work() -> None:
        town.publish(2)
        town.relay_all()
        town.ask()
        town.settle()

    for number in range(2):
        for _ in range(5):
            work()
        fresh = any_database(f"older-{number}")
        fresh.source = getattr(town, older).source
        setattr(town, older, fresh)
        town.greet()
        work()
        assert town.behind(fresh) is not None
        with fresh.transaction() as accepted:
            assert journal.accept_restored(accepted.connection) > 0
        for _ in range(3):
            work()
            town.greet()
            assert town.behind(town.source) is town.behind(town.hearer) is None


def test_messages_that_had_several_places_in_one_row_are_kept_for_each_department(town: Town) -> None:
    queues = [["huiying.departments", f"department.{code}"] for code in ("water", "roads")]
    places = orjson.dumps([["huiying.events", "reminder.sent.water"], *queues]).decode()
    with town.source.transaction() as work:
        row = {"message_id": "m", "subject": "o-1", "destinations": places, "body": b"{}", "confirmed": 0.0}
        work.execute(published_table.insert().values(row))
        journal.open_listings(work.connection, 1.0, 1.0)
        journal.answered(work.connection, journal.last_number(work.connection), (), settled=True)
        kept = work.execute(sa.select(addressed_table.c.message_id, addressed_table.c.queue)).all()
    assert sorted(kept) == [("m", "department.roads"), ("m", "department.water")]


def test_what_nobody_answers_for_is_given_up_in_the_end(town: Town) -> None:
    town.publish(10)
    town.relay_all()
    town.ask()
    town.ask(journal.KEEP_SECONDS + 1)
    assert town.count(published_table) == town.count(listings_table) == 0


def test_messages_of_no_service_are_not_asked_about(town: Town) -> None:
    with town.source.transaction() as work:
        work.publish(OpinionDeclined("spam", "none"), subject="o-1", sequence=1)
    town.relay_all()
    town.broker.rearrange(QUEUE, lambda _: [])
    town.ask()
    town.settle()
    assert sum(town.acted.values()) == 1


def test_a_word_that_cannot_be_read_is_dropped(town: Town) -> None:
    for body in (b"", b"[]", b"{}", b'{"ids": 3}', b'{"source": "x", "number": 1, "closed": 0, "ids": [1]}'):
        town.broker.route(Outgoing("m", DELIVERIES, QUEUE, body))
    town.receive(town.hearer, QUEUE)
    assert town.broker.waiting("metrics.events.dead") == []
