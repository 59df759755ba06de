"""What the probe sees of a real broker from outside."""

from __future__ import annotations

import pika
import pytest
from pika.adapters.utils.connection_workflow import AMQPConnectorStackTimeout

from services.console.embedded.starting.processes import free_port
from services.contracts.errors import Unavailable
from services.contracts.topology import DEAD
from services.runtime.messaging.broker import Outgoing
from services.runtime.messaging.probe import Blocked, BrokerProbe
from tests.rabbit import Rabbit

DEAD_QUEUE = "routing.commands.dead"


def test_it_counts_what_waits_and_leaves_out_queues_that_are_not_there(rabbit: Rabbit) -> None:
    publisher = rabbit.publisher()
    for number in range(3):
        publisher.publish(Outgoing(f"m-{number}", DEAD, "routing.commands", b"{}"))
    assert publisher.settle() == {}
    probe = BrokerProbe(rabbit.url)
    assert probe.depths(["no.such.dead", DEAD_QUEUE, "metrics.events.dead"]) == {DEAD_QUEUE: 3, "metrics.events.dead": 0}
    assert probe.depths([DEAD_QUEUE]) == {DEAD_QUEUE: 3}


def test_a_broker_that_does_not_answer_is_said_to_be_away() -> None:
    with pytest.raises(Unavailable):
        BrokerProbe(f"amqp://nobody:nothing@127.0.0.1:{free_port()}/huiying").depths([DEAD_QUEUE])


def test_a_broker_that_takes_too_long_to_answer_is_said_to_be_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def late(parameters: object) -> None:
        raise AMQPConnectorStackTimeout("Connection setup timed out")

    monkeypatch.setattr(pika, "BlockingConnection", late)
    for ask in (lambda probe: probe.depths([DEAD_QUEUE]), BrokerProbe.reach, BrokerProbe.check):
        with pytest.raises(Unavailable):
            ask(BrokerProbe("amqp://127.0.0.1/huiying"))


def test_a_broker_under_an_alarm_takes_no_messages_and_says_so(rabbit: Rabbit) -> None:
    with rabbit.alarm():
        with pytest.raises(Blocked, match="disk or memory is short"):
            BrokerProbe(rabbit.url).check()
        BrokerProbe(rabbit.url).reach()
    BrokerProbe(rabbit.url).check()
