"""What the runtime relies on a broker to do: the same cases on the twin in memory and on RabbitMQ."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.contracts.topology import COMMANDS, DELIVERIES, DEPARTMENTS, EVENTS, LARGEST_MESSAGE, REQUEUE, matches
from services.runtime.messaging.broker import CONNECTION_ERRORS, Consumer, Delivery, Outgoing, Publisher, RabbitPublisher
from services.runtime.messaging.memory import MemoryBroker
from tests import conftest
from tests.rabbit import Rabbit

QUEUE = "department.water"


class InMemory:
    def __init__(self) -> None:
        self._broker = MemoryBroker(conftest.DEPARTMENTS)
        self.publisher: Callable[[], Publisher] = self._broker.publisher
        self.consumer: Callable[..., Consumer] = self._broker.consumer
        self.fill: Callable[[str], None] = self._broker.full.add
        self.remove: Callable[[str], None] = self._broker.remove

    def send_as(self, message: Outgoing, user_id: str) -> None:
        self._broker.route(message, user_id)


Twin = InMemory | Rabbit


@pytest.fixture(params=["memory", "rabbit"])
def twin(request: pytest.FixtureRequest) -> Twin:
    return InMemory() if request.param == "memory" else request.getfixturevalue("rabbit")


def message(number: int, queue: str = QUEUE) -> Outgoing:
    return Outgoing(f"id-{number}", DEPARTMENTS, queue, b'{"number": %d}' % number)


def publish(twin: Twin, *messages: Outgoing) -> dict[tuple[str, str, str], str]:
    publisher = twin.publisher()
    for one in messages:
        publisher.publish(one)
    return publisher.settle()


def collect(consumer: Consumer, expected: int) -> list[Delivery]:
    found: list[Delivery] = []
    while len(found) < expected:
        new = consumer.collect(expected - len(found), 5.0)
        assert new, f"{len(found)} of {expected} came"
        found += new
    return found


class TestBroker:
    def test_what_is_published_arrives_in_order_as_it_was(self, twin: Twin) -> None:
        assert publish(twin, *map(message, range(10))) == {}
        found = collect(twin.consumer(QUEUE), 10)
        assert [one.message_id for one in found] == [f"id-{number}" for number in range(10)]
        assert [one.body for one in found] == [b'{"number": %d}' % number for number in range(10)]
        assert {(one.queue, one.routing_key, one.attempt, one.delivery_count) for one in found} == {(QUEUE, QUEUE, 0, 0)}

    def test_a_message_that_is_too_large_fails_alone(self, twin: Twin) -> None:
        large = Outgoing("large", DEPARTMENTS, QUEUE, b"x" * (LARGEST_MESSAGE + 1))
        failed = publish(twin, message(1), large, message(2))
        assert list(failed) == [large.copy]
        assert publish(twin, Outgoing("largest", DEPARTMENTS, QUEUE, b"x" * LARGEST_MESSAGE)) == {}
        assert [one.message_id for one in collect(twin.consumer(QUEUE), 3)] == ["id-1", "id-2", "largest"]

    def test_a_subscription_may_be_given_more_room(self, twin: Twin) -> None:
        publish(twin, *map(message, range(30)))
        consumer = twin.consumer(QUEUE, 10)
        assert len(collect(consumer, 10)) == 10
        assert consumer.collect(30, 0.3) == []
        consumer.widen(1000)
        assert [one.message_id for one in collect(consumer, 20)] == [f"id-{number}" for number in range(10, 30)]

    def test_an_empty_queue_gives_nothing_after_the_timeout(self, twin: Twin) -> None:
        assert twin.consumer(QUEUE).collect(10, 0.05) == []

    def test_all_of_a_queue_is_taken_and_one_that_is_not_there_is_told_apart_from_an_empty_one(self, twin: Twin) -> None:
        publisher = twin.publisher()
        assert publisher.take("nobody.mark") is None
        assert publisher.take("notify.mark") == []
        publisher.publish(Outgoing("id", DELIVERIES, "notify.mark", b"{}"))
        assert publisher.settle() == {}
        assert publisher.take("notify.mark") == [b"{}"]
        assert publisher.take("notify.mark") == []
        publisher.publish(message(1))
        assert publisher.settle() == {}

    def test_collect_takes_no_more_than_the_limit(self, twin: Twin) -> None:
        publish(twin, *map(message, range(7)))
        consumer = twin.consumer(QUEUE)
        first = collect(consumer, 3)
        rest = collect(consumer, 4)
        assert [one.message_id for one in first + rest] == [f"id-{number}" for number in range(7)]

    def test_a_topic_reaches_everybody_who_hears_it_and_nobody_else(self, twin: Twin) -> None:
        assert publish(twin, Outgoing("e1", EVENTS, "assignment.created.water", b"{}")) == {}
        for queue in ("intake.events", "notify.events", "metrics.events"):
            assert [one.message_id for one in collect(twin.consumer(queue), 1)] == ["e1"]
        consumer = twin.consumer("routing.events")
        assert [consumer.collect(1, seconds) for seconds in (0.05, 0.0)] == [[], []]

    def test_an_unroutable_copy_is_reported_and_only_that(self, twin: Twin) -> None:
        lost = message(2, "department.nowhere")
        failed = publish(twin, message(1), lost, message(3))
        assert failed == {lost.copy: "no queue takes it"}
        assert [one.message_id for one in collect(twin.consumer(QUEUE), 2)] == ["id-1", "id-3"]

    def test_one_message_to_two_places_fails_in_one_of_them(self, twin: Twin) -> None:
        both = [Outgoing("m", EVENTS, "card.issued.water", b"{}"), Outgoing("m", DEPARTMENTS, "department.nowhere", b"{}")]
        assert publish(twin, *both) == {both[1].copy: "no queue takes it"}

    def test_a_full_queue_refuses_and_the_others_take(self, twin: Twin) -> None:
        twin.fill("department.roads")
        refused = message(2, "department.roads")
        assert publish(twin, message(1), refused, message(3)) == {refused.copy: "refused by the broker"}

    def test_failures_are_reported_once(self, twin: Twin) -> None:
        publisher = twin.publisher()
        publisher.publish(message(1, "department.nowhere"))
        assert len(publisher.settle()) == 1
        publisher.publish(message(2))
        assert publisher.settle() == {}

    def test_what_was_acknowledged_does_not_come_back(self, twin: Twin) -> None:
        publish(twin, *map(message, range(5)))
        consumer = twin.consumer(QUEUE)
        found = collect(consumer, 5)
        consumer.acknowledge(found[1], through=True)
        consumer.acknowledge(found[3], through=False)
        # Closing drops the socket, with what the broker has not read of it yet.
        assert consumer.collect(1, 0.5) == []
        consumer.close()
        again = collect(twin.consumer(QUEUE), 2)
        assert [(one.message_id, one.delivery_count) for one in again] == [("id-2", 1), ("id-4", 1)]

    def test_no_more_is_under_way_than_the_prefetch(self, twin: Twin) -> None:
        publish(twin, *map(message, range(6)))
        consumer = twin.consumer(QUEUE, prefetch=4)
        found = collect(consumer, 4)
        assert consumer.collect(2, 0.1) == []
        consumer.acknowledge(found[-1], through=True)
        assert len(collect(consumer, 2)) == 2

    def test_who_published_is_told(self, twin: Twin) -> None:
        twin.send_as(Outgoing("c1", COMMANDS, "water.sign", b"{}"), "huiying")
        publish(twin, Outgoing("c2", COMMANDS, "water.sign", b"{}"))
        found = collect(twin.consumer("routing.commands"), 2)
        assert [(one.routing_key, one.user_id) for one in found] == [("water.sign", "huiying"), ("water.sign", None)]

    def test_what_comes_back_from_a_retry_remembers_its_first_time(self, twin: Twin) -> None:
        headers = {"x-attempt": 2, "x-routing-key": "water.sign", "x-user-id": "department-water"}
        publish(twin, Outgoing("c1", REQUEUE, "routing.commands", b"{}", headers))
        (found,) = collect(twin.consumer("routing.commands"), 1)
        assert (found.attempt, found.routing_key, found.user_id) == (2, "water.sign", "department-water")

    def test_a_department_cannot_forge_what_it_was(self, twin: Twin) -> None:
        headers = {"x-attempt": 9, "x-routing-key": "roads.sign", "x-user-id": "department-roads"}
        publish(twin, Outgoing("c1", COMMANDS, "water.sign", b"{}", headers))
        (found,) = collect(twin.consumer("routing.commands"), 1)
        assert (found.attempt, found.routing_key, found.user_id) == (0, "water.sign", None)

    def test_headers_of_any_kind_are_read(self, twin: Twin) -> None:
        publish(twin, Outgoing("c1", REQUEUE, "routing.commands", b"{}", {"x-attempt": "many", "x-other": [1, {"a": True}]}))
        assert collect(twin.consumer("routing.commands"), 1)[0].attempt == 0

    def test_the_type_is_told_also_by_what_has_headers(self, twin: Twin) -> None:
        publish(twin, Outgoing("m1", DEPARTMENTS, QUEUE, b"{}", type="assignment.created"))
        publish(twin, Outgoing("m2", DEPARTMENTS, QUEUE, b"{}", {"x-attempt": 1}, type="assignment.signed", correlation_id="c"))
        assert [one.type for one in collect(twin.consumer(QUEUE), 2)] == ["assignment.created", "assignment.signed"]

    def test_a_batch_of_five_hundred_is_confirmed_and_comes(self, twin: Twin) -> None:
        assert publish(twin, *map(message, range(500))) == {}
        consumer = twin.consumer(QUEUE, prefetch=500)
        found = collect(consumer, 500)
        assert [one.message_id for one in found] == [f"id-{number}" for number in range(500)]
        consumer.acknowledge(found[-1], through=True)
        assert consumer.collect(1, 0.05) == []

    def test_a_body_larger_than_a_frame_arrives_whole(self, twin: Twin) -> None:
        body = bytes(range(256)) * 1500
        publish(twin, Outgoing("big", DEPARTMENTS, QUEUE, body))
        assert collect(twin.consumer(QUEUE), 1)[0].body == body

    def test_a_missing_queue_cannot_be_heard(self, twin: Twin) -> None:
        with pytest.raises(CONNECTION_ERRORS):
            twin.consumer("nobody.events").collect(1, 1.0)

    def test_a_missing_exchange_fails_the_connection(self, twin: Twin) -> None:
        with pytest.raises(CONNECTION_ERRORS):
            publish(twin, Outgoing("m", "huiying.nowhere", "x", b"{}"))

    def test_a_queue_that_is_taken_away_ends_its_subscription(self, twin: Twin) -> None:
        consumer = twin.consumer("department.health")
        twin.remove("department.health")
        with pytest.raises(CONNECTION_ERRORS):
            consumer.collect(1, 2.0)

    def test_an_idle_publisher_stays_usable(self, twin: Twin) -> None:
        publisher = twin.publisher()
        for _ in range(3):
            publisher.idle()
        publisher.publish(message(1))
        assert publisher.settle() == {}


@pytest.mark.parametrize(
    ("pattern", "key", "heard"),
    [
        ("#", "opinion.accepted.-", True), ("#", "", True), ("assignment.#", "assignment.created.water", True),
        ("assignment.#", "assignment", True), ("assignment.#", "assignments.created", False),
        ("opinion.accepted.*", "opinion.accepted.-", True), ("opinion.accepted.*", "opinion.accepted", False),
        ("opinion.accepted.*", "opinion.accepted.a.b", False), ("#.water", "a.b.water", True), ("*.water", "water", False),
        ("a.#.z", "a.z", True), ("a.#.z", "a.b.c.z", True), ("a.#.z", "a.b", False),
    ],
)  # fmt: skip
def test_topic_patterns(pattern: str, key: str, heard: bool) -> None:
    assert matches(pattern, key) is heard


def test_in_memory_a_retry_queue_waits_until_it_is_released() -> None:
    broker = MemoryBroker(conftest.DEPARTMENTS)
    waiting = Outgoing("m", "huiying.retry.5s", QUEUE, b"{}", {"x-attempt": 1})
    assert broker.route(waiting) is None
    assert broker.waiting(QUEUE) == []
    assert broker.release("huiying.retry.5s") == 1
    (found,) = broker.consumer(QUEUE).collect(1, 0)
    assert (found.message_id, found.attempt) == ("m", 1)


def test_in_memory_what_comes_back_too_often_is_parked() -> None:
    broker = MemoryBroker(conftest.DEPARTMENTS)
    broker.route(message(1))
    for count in range(11):
        consumer = broker.consumer(QUEUE)
        assert consumer.collect(1, 0)[0].delivery_count == count
        consumer.close()
    assert broker.waiting(QUEUE) == []
    assert [one.message_id for one in broker.waiting(f"{QUEUE}.dead")] == ["id-1"]


def test_a_message_whose_properties_are_not_utf_8_ends_nobody_s_consumer(rabbit: Rabbit) -> None:
    publisher = RabbitPublisher(rabbit.url, "test")
    publisher.publish(Outgoing("m-1", COMMANDS, "water.sign", b"{}", type="KINDKIND"))
    # In GBK, as a program under Windows may write it.
    publisher._unsent = publisher._unsent.replace(b"KINDKIND", "签收办理".encode("gbk"))
    publisher.publish(Outgoing("m-2", COMMANDS, "water.sign", b"{}"))
    assert publisher.settle() == {}
    publisher.close()
    found = collect(rabbit.consumer("routing.commands"), 2)
    assert [one.message_id for one in found] == ["m-1", "m-2"]
    assert "\N{REPLACEMENT CHARACTER}" in found[0].type
