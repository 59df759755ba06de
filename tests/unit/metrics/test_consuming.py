"""Batches of messages into a real store, and the store's own shape."""

import random
from typing import Any

import pytest
import sqlalchemy as sa

from services.contracts.envelope import encode
from services.contracts.messages.assignments import AssignmentProgressed
from services.contracts.messages.registry import REGISTRY
from services.contracts.topology import SERVICE_QUEUES
from services.metrics import __main__ as main
from services.metrics.consumer import subscriptions
from services.metrics.domain.counts import DIMENSIONS
from services.metrics.store.tables import tables
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.dispatch import Dispatcher
from tests.unit.metrics.conftest import running_on
from tests.unit.metrics.events import DAY, Case, whole_history


def contents(running):
    """What is counted. The ledger is beside it: what it says is the order of arrival. So is the latest instant of recording."""
    with running.database.reading() as connection:
        every = [table for table in tables.sorted_tables if table.name not in ("leaves", "days", "subjects", "horizon", "heads")]
        return {table.name: sorted(map(str, connection.execute(sa.select(table)))) for table in every}


def answers(running):
    """What is known in the end, by everything that it can be asked by."""
    running.service.clock.instant += DAY
    return [running.statistics(by=",".join(DIMENSIONS))["groups"], running.series()]


@pytest.mark.slow
def test_any_order_in_any_batches_with_copies_gives_the_same_answers(running, sqlite_database, clock, tmp_path):
    running.live(whole_history())
    # So few changes are not taken into the sums yet; sessions are told of in tests of their own.
    later = ("_past", "sums", "segments", "session_editions")
    assert all(rows for name, rows in contents(running).items() if not name.endswith(later))
    expected = answers(running)
    for seed in range(4):
        order = random.Random(seed)
        events = whole_history() + order.sample(whole_history(), 12)
        order.shuffle(events)
        other = running_on(sqlite_database(f"shuffled-{seed}", main.ASSEMBLY.migrations), clock, tmp_path)
        while events:
            size = order.randint(1, 20)
            other.consume(events[:size])
            del events[:size]
        assert answers(other) == expected, seed


def test_a_message_that_counts_nothing_is_passed_over(running):
    case = Case("o1")
    running.consume(case.publish(AssignmentProgressed("a", "water", "on it")).events)
    assert not any(contents(running).values())


def test_the_queue_of_the_topology_is_heard_and_an_unknown_type_is_put_aside(running):
    (subscription,) = subscriptions(running.service)
    assert [queue.name for queue in SERVICE_QUEUES if queue.name.startswith("metrics")] == [subscription.queue]
    bodies = [encode(event) for event in whole_history()]
    strange = bodies[0].replace(b"opinion.submitted", b"opinion.exploded")
    dispatcher = Dispatcher(subscription, running.database, None, None, running.telemetry, 200)
    deliveries = [delivery(subscription.queue, str(number), body) for number, body in enumerate([*bodies, strange])]
    verdicts = dispatcher.process(deliveries)
    assert (verdicts.handled, [reason for _, reason, _ in verdicts.unhandled]) == (
        len(bodies), ["unknown type 'opinion.exploded'"],
    )  # fmt: skip
    assert dispatcher.process(deliveries[:-1]).duplicate == len(bodies)


def delivery(queue: str, message_id: str, body: bytes) -> Delivery:
    fields: dict[str, Any] = {"queue": queue, "message_id": message_id, "body": body}
    return Delivery(**{name: fields.get(name, 0) for name in Delivery.__dataclass_fields__})


def test_every_type_of_message_can_be_heard(running):
    said = {event.type for event in whole_history()}
    assert set(REGISTRY) - said == {
        "assignment.asked", "assignment.detailed", "assignment.joined", "assignment.parted", "calendar.changed", "code.issued",
        "code.replaced", "command.accepted", "command.rejected", "deputy.changed", "ledger.headed", "letter.cancelled",
        "letter.erased", "letter.linked", "letter.requested",
        "opinion.joined", "opinion.parted", "opinion.supported", "opinion.unmerged", "supervision.scheduled",
        "letter.entrusted", "opinion.relayed", "reminder.given", "digest.due", "letter.gathered",
        *(kind for kind, message in REGISTRY.items() if message.__module__.endswith(".sessions")),
    }  # fmt: skip


def test_what_was_heard_long_ago_is_forgotten_without_being_counted_twice(running, clock):
    (subscription,) = subscriptions(running.service)
    dispatcher = Dispatcher(subscription, running.database, None, None, running.telemetry, 200)
    deliveries = [delivery(subscription.queue, str(n), encode(event)) for n, event in enumerate(whole_history())]
    dispatcher.process(deliveries)
    before = contents(running)
    job = next(each for each in main.periodic_jobs(running.service) if each.name == "forget_heard")
    clock.instant = clock.instant.replace(year=2027)
    assert job.run() is False
    assert dispatcher.process(deliveries).handled == len(deliveries)
    assert contents(running) == before
