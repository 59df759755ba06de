"""The dispatcher at work on RabbitMQ: kills, a store that goes away, retry queues that really wait."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from benchmarks.cluster import PrivateCluster
from services.contracts.topology import COMMANDS, DEPARTMENTS, EVENTS
from services.runtime.clock import SystemClock
from services.runtime.messaging.broker import Delivery, Outgoing
from services.runtime.messaging.dispatch import Dispatcher
from services.runtime.messaging.subscription import Subscription
from services.runtime.store.database import Database, Transaction
from services.runtime.telemetry import Telemetry
from tests.integration.mortal import QUEUE, effects
from tests.integration.relaying import until
from tests.patience import FOR_SURE
from tests.rabbit import Rabbit
from tests.stores import MakeDatabase

Handle = Callable[[Transaction, Sequence[Delivery]], None]


def keep(work: Transaction, deliveries: Sequence[Delivery]) -> None:
    for delivery in deliveries:
        work.add(effects, {"body": delivery.body.decode()})


@contextmanager
def running(database: Database, rabbit: Rabbit, handle: Handle, queue: str = QUEUE) -> Iterator[None]:
    subscription = Subscription(queue, lambda delivery: delivery, lambda delivery: delivery.message_id, handle)
    subscribe = lambda: rabbit.consumer(queue, 100)  # noqa: E731
    dispatcher = Dispatcher(subscription, database, subscribe, rabbit.publisher, Telemetry(), batch=50)
    stop = threading.Event()
    thread = threading.Thread(target=dispatcher.run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10 * FOR_SURE)
        assert not thread.is_alive()


def send(rabbit: Rabbit, *bodies: str) -> None:
    publisher = rabbit.publisher()
    for body in bodies:
        publisher.publish(Outgoing(f"id-{body}", DEPARTMENTS, QUEUE, body.encode()))
    assert publisher.settle() == {}


def had(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(effects.c.body).order_by(effects.c.id)).scalars())


@pytest.fixture
def database(any_database: MakeDatabase) -> Database:
    made = any_database()
    effects.metadata.create_all(made.engine)
    return made


@pytest.mark.parametrize("point", ["before-commit", "before-ack"])
def test_kill_9_leaves_one_effect_of_every_message(database: Database, rabbit: Rabbit, point: str) -> None:
    bodies = [f"m{number}" for number in range(200)]
    send(rabbit, *bodies, *bodies[:20])
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.integration.mortal", "dispatcher", url, rabbit.url]
    for _ in range(2):
        assert subprocess.run([*command, point, "50"], timeout=30 * FOR_SURE).returncode == -signal.SIGKILL
    assert subprocess.run([*command, "never", "50"], timeout=30 * FOR_SURE).returncode == 0
    assert sorted(had(database)) == sorted(bodies)
    assert rabbit.take_all(QUEUE, 0) == []
    assert rabbit.take_all(f"{QUEUE}.dead", 0) == []


def test_a_failing_message_really_comes_back_after_its_rest(database: Database, rabbit: Rabbit) -> None:
    seen: list[tuple[int, str, str | None]] = []

    def refuse_once(work: Transaction, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            seen.append((delivery.attempt, delivery.routing_key, delivery.user_id))
            if delivery.attempt == 0:
                raise ValueError("not at first")
        keep(work, deliveries)

    started = time.monotonic()
    rabbit.send_as(Outgoing("c-1", COMMANDS, "water.sign", b"sign"), "huiying")
    with running(database, rabbit, refuse_once, "routing.commands"):
        until(lambda: had(database) == ["sign"], 20)
    assert time.monotonic() - started > 4.9
    assert seen[-1] == (1, "water.sign", "huiying")
    assert {attempt for attempt, _, _ in seen} == {0, 1}


def test_a_postgres_that_goes_away_and_comes_back_costs_nothing(
    postgres: PrivateCluster, postgres_database: MakeDatabase, rabbit: Rabbit
) -> None:
    database = postgres_database()
    effects.metadata.create_all(database.engine)
    with running(database, rabbit, keep):
        send(rabbit, "a")
        until(lambda: had(database) == ["a"])
        postgres.halt()
        try:
            send(rabbit, *(f"m{number}" for number in range(30)))
            time.sleep(1.0)
        finally:
            postgres.resume()
        until(lambda: len(had(database)) == 31, 20)
    assert rabbit.take_all(QUEUE, 0) == []
    assert rabbit.take_all(f"{QUEUE}.dead", 0) == []


def test_two_dispatchers_that_get_the_same_message_act_once(any_database: MakeDatabase, rabbit: Rabbit) -> None:
    first = any_database()
    effects.metadata.create_all(first.engine)
    second = Database(first.url.render_as_string(hide_password=False), "test", SystemClock())
    bodies = [f"m{number}" for number in range(150)]
    with running(first, rabbit, keep), running(second, rabbit, keep):
        send(rabbit, *(body for body in bodies for _ in range(2)))
        until(lambda: len(had(first)) >= 150, 20)
        time.sleep(0.3)
    second.close()
    assert sorted(had(first)) == sorted(bodies)
    assert rabbit.take_all(QUEUE, 0) == []
    assert rabbit.take_all(f"{QUEUE}.dead", 0) == []


def test_an_event_that_nobody_can_hear_is_parked_by_the_broker(rabbit: Rabbit) -> None:
    publisher = rabbit.publisher()
    publisher.publish(Outgoing("e-1", EVENTS, "assignment.created.water", b"{}"))
    assert publisher.settle() == {}
    counts = []
    for _ in range(11):
        consumer = rabbit.consumer("notify.events")
        found = consumer.collect(1, 5.0 * FOR_SURE)
        counts += [one.delivery_count for one in found]
        consumer.close()
    assert counts == list(range(11))
    assert [row[0] for row in rabbit.take_all("notify.events.dead", 1)] == ["e-1"]
