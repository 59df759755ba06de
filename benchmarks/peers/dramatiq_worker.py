"""dramatiq: a quorum queue, acknowledged after the work, every publish confirmed, retried without end."""

from __future__ import annotations

import dramatiq
import pika
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.middleware import AgeLimit, Callbacks, Pipelines, Retries, ShutdownNotifications, TimeLimit

from benchmarks.peers import work
from benchmarks.peers.place import AMQP
from benchmarks.peers.web import Store

PERSISTENT = pika.BasicProperties(delivery_mode=2, content_type="application/cloudevents+json")


class QuorumBroker(RabbitmqBroker):
    """dramatiq has no option for the type of a queue."""

    def _build_queue_arguments(self, queue_name: str) -> dict[str, object]:
        return {**super()._build_queue_arguments(queue_name), "x-queue-type": "quorum"}


retries = Retries(max_retries=1_000_000, min_backoff=500, max_backoff=4_000)
broker = QuorumBroker(
    url=AMQP, confirm_delivery=True,
    middleware=[AgeLimit(), TimeLimit(), ShutdownNotifications(), Callbacks(), Pipelines(), retries],
)  # fmt: skip
dramatiq.set_broker(broker)
store = Store()


@dramatiq.actor(queue_name=work.TASKS)
def assign(opinion: str, title: str, content: str) -> None:
    """Choose the department, store the assignment, tell the department."""
    assignment = work.route(opinion, title, content)
    store.connection.execute(work.ASSIGN, assignment)
    try:
        broker.channel.basic_publish("", assignment.queue, work.message(assignment, title, content), PERSISTENT, mandatory=True)
    except pika.exceptions.AMQPError:
        # The next publish of this thread opens another connection; the message is tried again.
        del broker.connection
        raise
