"""The worker of notify on a real broker: from an overdue assignment to the department's own queue."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.contracts.envelope import Event, decode, encode
from services.contracts.messages.assignments import AssignmentCreated
from services.contracts.messages.supervision import CardIssued, LetterRequested, ReminderSent
from services.contracts.messages.values import OpinionText, Why
from services.contracts.topology import department_queue, destinations
from services.notify.__main__ import ASSEMBLY
from services.notify.settings import Settings, Template
from services.notify.store.tables import reminders
from services.runtime.clock import SystemClock, new_id
from services.runtime.messaging.broker import Outgoing, RabbitConsumer, RabbitPublisher
from services.runtime.process.assembly import worker_loops
from services.runtime.process.catalogue import InUse
from services.runtime.store.database import Database
from services.runtime.store.migrate import STORE, migrate
from services.runtime.store.vault import Vault
from services.runtime.telemetry import Telemetry
from tests.integration.notify.mailing import mailto, post_office
from tests.patience import FOR_SURE
from tests.unit.notify.scenes import KEY, ladder_of, rung, small_place

LADDER = (rung("half", half=True), rung("red", action="card", card="red", after="1s"))


@pytest.fixture
def office():
    with post_office() as mailbox:
        yield mailbox


@pytest.fixture
def settings(tmp_path, broker, office):
    template = Template(mailto(office.port, "{to}"))
    store = f"sqlite:///{tmp_path / 'notify.db'}"
    return Settings(
        database_url=store, access_database_url="sqlite://", broker_url=broker.url, submitter_email=template, contact_keys=(KEY,)
    )


@pytest.fixture
def worker(settings, monkeypatch):
    """Every loop of the worker on a thread, in a place that never closes and counts in seconds."""
    place = small_place(*LADDER, every_day=True)
    monkeypatch.setattr(InUse, "of", lambda _, make: InUse(place, make))
    clock = SystemClock()
    database = Database(settings.database_url, "notify", clock)
    migrate(database, STORE, "runtime")
    migrate(database, ASSEMBLY.migrations, "notify")
    loops = worker_loops(ASSEMBLY, settings, database, ASSEMBLY.build(settings, database, clock), Telemetry())
    stop = threading.Event()
    threads = [threading.Thread(target=loop, args=(stop,), name=name) for name, loop in loops.items()]
    for thread in threads:
        thread.start()
    yield ladder_of(place)
    stop.set()
    for thread in threads:
        thread.join(10 * FOR_SURE)
    database.close()
    assert not [thread.name for thread in threads if thread.is_alive()]


def heard(url, queue, last):
    """The events of a queue until one of the type `last` has come and nothing more comes for a while."""
    consumer, end = RabbitConsumer(url, queue, 10, "test"), time.monotonic() + 60 * FOR_SURE
    events: list[Any] = []
    try:
        while (new := consumer.collect(10, 1.0)) or not any(type(event.data) is last for event in events):
            assert time.monotonic() < end
            for delivery in new:
                events.append(decode(delivery.body))
                consumer.acknowledge(delivery, through=False)
    finally:
        consumer.close()
    return events


def test_an_overdue_department_finds_reminder_and_card_in_its_queue(worker, settings):
    now = SystemClock().now()
    deadlines = {"reply": now + timedelta(seconds=2)}
    opinion = OpinionText("o-1", "河道淤积", "请清淤")
    created = AssignmentCreated("a-1", opinion, "water", "lead", "ordinary", deadlines, Why("keyword", 1.0))
    event = Event(new_id(), "/routing", "o-1", now, 1, created)
    publisher = RabbitPublisher(settings.broker_url, "test")
    (exchange, key), _ = destinations(created)
    for _ in range(2):  # the broker may bring any message twice
        publisher.publish(Outgoing(event.id, exchange, key, encode(event)))
        assert publisher.settle() == {}
    publisher.close()
    *earlier, card = heard(settings.broker_url, department_queue("water"), CardIssued)
    with closing(Database(settings.database_url, "notify", SystemClock())) as database, database.reading() as connection:
        kept = [tuple(row) for row in connection.execute(sa.select(reminders.c.rung, reminders.c.state).order_by(reminders.c.at))]
    # Where a busy machine comes late to both at once, the earlier one is skipped.
    assert kept in ([("half", "sent"), ("red", "sent")], [("half", "skipped"), ("red", "sent")])
    assert [type(event.data) for event in earlier] == [ReminderSent] * [state for _, state in kept[:1]].count("sent")
    assert {event.subject for event in (*earlier, card)} == {"o-1"}
    assert [event.sequence for event in (*earlier, card)] == list(range(1, len(earlier) + 2))
    assert deadlines["reply"] < card.time


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_a_submitter_gets_one_mail_for_a_letter_that_came_twice(worker, settings, office):
    to = Vault([KEY]).seal("wang@x.example")
    asked = LetterRequested("received", "ABCD-1234", "河道淤积", {}, None, to, None)
    publisher = RabbitPublisher(settings.broker_url, "test")
    ((exchange, key),) = destinations(asked)
    for event in (Event(f"l-{number}", "/intake", "o-1", SystemClock().now(), number, asked) for number in (1, 1, 2)):
        publisher.publish(Outgoing(event.id, exchange, key, encode(event)))
        assert publisher.settle() == {}
    publisher.close()
    end = time.monotonic() + 20 * FOR_SURE
    while len(office.mails) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1.5)
    assert [mail["to"] for mail in office.mails] == ["wang@x.example"] * 2
