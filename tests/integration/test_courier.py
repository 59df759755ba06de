"""Messages leave from memory, and whatever happens to that, the relay sends them: nothing lost, each lane in order."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.messages.supervision import ReminderSent
from services.contracts.topology import DEPARTMENTS as DEPARTMENTS_EXCHANGE
from services.contracts.topology import Queue
from services.runtime.clock import FixedClock
from services.runtime.messaging.broker import Delivery, Outgoing
from services.runtime.messaging.courier import Courier
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.memory import MemoryBroker
from services.runtime.messaging.relay import Relay
from services.runtime.messaging.subscription import Subscription
from services.runtime.store.database import Database, Transaction
from services.runtime.store.journal_tables import published_table
from services.runtime.store.outgoing import post
from services.runtime.store.outgoing.post import LEASE_SECONDS
from services.runtime.telemetry import Telemetry
from tests.conftest import DEPARTMENTS
from tests.integration.couriers import QUEUE, Driven, say
from tests.integration.relaying import DEADLINE, Running, publish, rungs, until, waiting
from tests.rabbit import Rabbit
from tests.stores import MakeDatabase


@pytest.fixture
def memory() -> MemoryBroker:
    return MemoryBroker(DEPARTMENTS)


@pytest.fixture
def database(any_database: MakeDatabase, memory: MemoryBroker) -> Database:
    made = any_database()
    made.carrier = Driven(made, memory)
    return made


@pytest.fixture
def courier(database: Database) -> Driven:
    assert isinstance(database.carrier, Driven)
    return database.carrier


def relayed(database: Database, memory: MemoryBroker) -> int:
    """Let the relay send all it may send now; returns how many rows it took."""
    relay, count = Relay(database, memory.publisher, Telemetry(), 200), 0
    while rows := relay.turn(memory.publisher()):
        count += rows
    return count


def count(database: Database, table: sa.Table) -> int:
    with database.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_message_leaves_from_memory_and_the_relay_leaves_it_alone(
    database: Database, memory: MemoryBroker, courier: Driven
) -> None:
    for number in range(5):
        say(database, f"o-{number % 2}", str(number))
    assert relayed(database, memory) == 0
    assert courier.send() == 10
    assert rungs(memory, QUEUE) == ["0", "1", "2", "3", "4"]
    assert (waiting(database), count(database, published_table)) == (10, 0)
    courier.settle()
    assert (waiting(database), count(database, published_table)) == (0, 10)
    assert courier.telemetry.counted("huiying_outbox_published_total", result="confirmed") == 10


def test_after_a_crash_the_relay_sends_when_the_lease_is_over(database: Database, memory: MemoryBroker, clock: FixedClock) -> None:
    for number in range(3):
        say(database, "o-1", str(number))
    assert relayed(database, memory) == 0
    clock.instant += timedelta(seconds=LEASE_SECONDS)
    assert relayed(database, memory) == 6
    assert rungs(memory, QUEUE) == ["0", "1", "2"]


def test_a_crash_between_confirm_and_removal_makes_second_copies_only(
    database: Database, memory: MemoryBroker, courier: Driven, clock: FixedClock
) -> None:
    say(database, "o-1", "0")
    courier.send()
    clock.instant += timedelta(seconds=LEASE_SECONDS)
    relayed(database, memory)
    first, second = memory.waiting(QUEUE)
    assert first.message_id == second.message_id
    courier.settle()
    assert count(database, published_table) == 2


@pytest.mark.parametrize("trouble", ["full", "missing"])
def test_what_is_refused_is_left_to_the_relay_with_all_behind_it(
    database: Database, memory: MemoryBroker, courier: Driven, clock: FixedClock, trouble: str
) -> None:
    if trouble == "full":
        memory.full.add(QUEUE)
    else:
        memory.remove(QUEUE)
    say(database, "o-1", "0")
    say(database, "o-1", "1")
    courier.send()
    say(database, "o-1", "2")
    courier.settle()
    say(database, "o-1", "3")
    assert courier.telemetry.counted("huiying_outbox_published_total", result="refused") == 1
    # Events have a lane of their own.
    assert rungs(memory, "metrics.events") == ["0", "1"]
    memory.full.clear()
    if trouble == "missing":
        memory.add(Queue(QUEUE, DEPARTMENTS_EXCHANGE, (QUEUE,)))
    for _ in range(10):
        courier.send()
        courier.settle()
        relayed(database, memory)
        clock.instant += timedelta(seconds=LEASE_SECONDS)
    assert rungs(memory, QUEUE) == ["0", "1", "2", "3"]
    assert rungs(memory, "metrics.events") == ["0", "1", "2", "3"]
    assert waiting(database) == 0


def test_what_follows_something_of_another_process_waits_for_the_relay(
    database: Database, memory: MemoryBroker, courier: Driven
) -> None:
    other = Database(database.url.render_as_string(hide_password=False), "test", database.clock)
    publish(other, "o-1", "water", "0")
    say(database, "o-1", "1")
    say(database, "o-2", "x")
    assert courier.send() == 2
    relayed(other, memory)
    assert rungs(memory, QUEUE) == ["x", "0", "1"]
    other.close()


def test_what_another_process_says_behind_it_waits_until_it_has_left(
    database: Database, memory: MemoryBroker, courier: Driven
) -> None:
    other = Database(database.url.render_as_string(hide_password=False), "test", database.clock)
    say(database, "o-1", "0")
    publish(other, "o-1", "water", "1")
    relayed(other, memory)
    assert rungs(memory, QUEUE) == []
    courier.send()
    courier.settle()
    relayed(other, memory)
    assert rungs(memory, QUEUE) == ["0", "1"]
    other.close()


def test_what_a_consumer_publishes_leaves_from_memory_after_its_commit(
    database: Database, memory: MemoryBroker, courier: Driven
) -> None:
    sent: list[int] = []

    def handle(work: Transaction, deliveries: Sequence[Delivery]) -> None:
        for number, delivery in enumerate(deliveries, 1):
            said = ReminderSent("a", "water", delivery.body.decode(), "reply", DEADLINE)
            work.publish(said, subject="lane", sequence=number)
        sent.append(courier.send())

    name = "department.roads"
    subscription = Subscription(name, lambda delivery: delivery, lambda delivery: delivery.message_id, handle)
    dispatcher = Dispatcher(subscription, database, lambda: memory.consumer(name), memory.publisher, Telemetry(), 10)
    for rung in ("r1", "r2", "r3"):
        memory.route(Outgoing(f"id-{rung}", DEPARTMENTS_EXCHANGE, name, rung.encode()))
    assert dispatcher.turn(memory.consumer(name)) == 3
    assert (sent, rungs(memory, QUEUE)) == ([0], [])
    assert courier.send() == 6
    assert rungs(memory, QUEUE) == ["r1", "r2", "r3"]
    courier.settle()
    assert (waiting(database), relayed(database, memory)) == (0, 0)


def test_nothing_leaves_that_was_not_stored(database: Database, memory: MemoryBroker, courier: Driven) -> None:
    def fail(_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", {}, Exception("disk full"))

    sa.event.listen(database._shared.engine, "commit", fail)
    with pytest.raises(sa.exc.OperationalError):
        say(database, "o-1", "lost")
    sa.event.remove(database._shared.engine, "commit", fail)
    say(database, "o-1", "stored")
    courier.send()
    assert rungs(memory, QUEUE) == ["stored"]


def test_a_full_memory_leaves_the_rest_to_the_relay(
    any_database: MakeDatabase, memory: MemoryBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.messaging.courier.MOST", 4)
    database = any_database()
    database.carrier = courier = Driven(database, memory)
    for number in range(5):
        say(database, f"o-{number}", str(number))
    assert relayed(database, memory) == 6
    courier.send()
    assert sorted(rungs(memory, QUEUE)) == ["0", "1", "2", "3", "4"]


class TestThread:
    """The courier as it runs in a process."""

    @pytest.fixture
    def running(self, any_database: MakeDatabase, memory: MemoryBroker) -> Iterator[Database]:
        database = any_database()
        database.carrier = Courier(database, memory.publisher, Telemetry())
        until(lambda: database.carrier.room() > 0)  # type: ignore[union-attr]
        yield database
        database.close()

    def test_messages_leave_and_are_removed_without_a_relay(self, running: Database, memory: MemoryBroker) -> None:
        for number in range(50):
            say(running, f"o-{number % 7}", str(number))
        until(lambda: waiting(running) == 0)
        assert sorted(map(int, rungs(memory, QUEUE))) == list(range(50))

    def test_a_broker_that_goes_away_leaves_everything_to_the_relay_at_once(
        self, running: Database, memory: MemoryBroker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # What was not given back would stay with the courier for an hour.
        monkeypatch.setattr(post, "LEASE_SECONDS", 3600.0)
        memory.down = True
        for number in range(20):
            say(running, f"o-{number % 3}", str(number))
        memory.down = False
        with Running(running.url.render_as_string(hide_password=False), memory.publisher):
            until(lambda: waiting(running) == 0)
        for lane in range(3):
            own = [text for text in rungs(memory, QUEUE) if int(text) % 3 == lane]
            assert list(dict.fromkeys(own)) == [str(number) for number in range(20) if number % 3 == lane]
        until(lambda: running.carrier.room() > 0)  # type: ignore[union-attr]

    def test_closing_sends_and_removes_what_is_there(self, running: Database, memory: MemoryBroker) -> None:
        for number in range(20):
            say(running, f"o-{number}", str(number))
        running.close()
        assert len(rungs(memory, QUEUE)) == 20
        assert waiting(running) == 0


@pytest.mark.parametrize("point", ["before-publish", "before-confirm", "before-mark"])
def test_kill_9_loses_nothing_of_what_was_stored(any_database: MakeDatabase, rabbit: Rabbit, point: str) -> None:
    database = any_database()
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.mortal", "courier", url, rabbit.url]
    stored = set[str]()
    for _ in range(2):
        died = subprocess.run([*command, point, "40"], timeout=300, capture_output=True, text=True)
        assert died.returncode == -signal.SIGKILL
        stored |= set(died.stdout.split())
    with Running(url, rabbit.publisher):
        until(lambda: waiting(database) == 0, 4 * LEASE_SECONDS)
    assert len(stored) == 80
    found = Counter(row[0] for row in rabbit.take_all("department.water", 80))
    assert stored <= set(found)
    assert found.total() - len(found) <= 80


@pytest.mark.parametrize("point", ["before-publish", "before-mark"])
def test_a_process_that_is_killed_harms_none_of_another_that_serves_the_same_store(
    any_database: MakeDatabase, rabbit: Rabbit, point: str
) -> None:
    database = any_database()
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.mortal", "courier", url, rabbit.url]
    both = [subprocess.Popen([*command, each, "40"], stdout=subprocess.PIPE, text=True) for each in ("never", point)]
    told = [each.communicate(timeout=300)[0].split() for each in both]
    assert [each.returncode for each in both] == [0, -signal.SIGKILL]
    stored = {message for each in told for message in each}
    with Running(url, rabbit.publisher):
        until(lambda: waiting(database) == 0, 4 * LEASE_SECONDS)
    assert len(stored) == 80
    found = Counter(row[0] for row in rabbit.take_all("department.water", 80))
    assert stored <= set(found)
    # Second copies are those of what the killed one had sent and could not write down.
    assert found.total() - len(found) <= 40
