"""Looks at a broker from outside, with pika: how many messages a queue holds, and which, without taking any."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pika
import pika.exceptions
from pika.adapters.blocking_connection import BlockingConnection
from pika.spec import Basic, BasicProperties

from services.console.terminal import fail
from services.runtime.messaging.probe import PIKA_ERRORS, broker_parameters
from services.runtime.tls import read_address, reason

#: Gets (method, properties, body) of a message.
Seer = Callable[[Basic.Deliver, BasicProperties, bytes], None]
DISTRUST = "name the CA in HUIYING_BROKER_CA, or the host in HUIYING_BROKER_URL as the certificate has it"


@contextmanager
def connection(url: str, name: str, patience: float | None = None) -> Iterator[BlockingConnection]:
    """A connection to the broker; fails with advice when it is refused. `patience` (s) limits the wait for a blocked broker."""
    address = read_address(url)
    try:
        parameters = broker_parameters(url)
        parameters.socket_timeout, parameters.stack_timeout, parameters.heartbeat = 5, 10, 30
        parameters.blocked_connection_timeout = patience
        parameters.client_properties = {"connection_name": name}
        opened = pika.BlockingConnection(parameters)
    except PIKA_ERRORS as error:
        if why := reason(error):
            fail(f"The broker at {address.host}:{address.port} cannot be trusted: {why}.", DISTRUST)
        fail(f"The broker at {address.host}:{address.port} does not let us in: {error!r}", "huiying doctor")
    try:
        yield opened
    finally:
        if opened.is_open:
            opened.close()


def depths(broker: BlockingConnection, queues: Sequence[str]) -> dict[str, int | None]:
    """How many messages are ready in each queue; None for a queue that is not there."""
    found: dict[str, int | None] = {}
    channel = broker.channel()
    for queue in queues:
        try:
            found[queue] = channel.queue_declare(queue, passive=True).method.message_count
        except pika.exceptions.ChannelClosedByBroker:
            found[queue], channel = None, broker.channel()
    channel.close()
    return found


def look_through(broker: BlockingConnection, queue: str, see: Seer, quiet_seconds: float = 0.5) -> int:
    """Show every message that is ready to `see`, and give all of them back; returns the number of messages.

    Nothing is acknowledged: closing the channel returns the messages to their places. Messages that a consumer holds are not seen.
    """
    channel, seen = broker.channel(), 0
    # Without a limit of its own a consumer gets no more than 2,000 from a quorum queue.
    channel.basic_qos(prefetch_count=65_535)
    try:
        for method, properties, body in channel.consume(queue, inactivity_timeout=quiet_seconds):
            if method is None:
                break
            see(method, properties, body)
            seen += 1
    except (RecursionError, OverflowError, ValueError) as error:
        fail(f"A message in {queue} has headers that cannot be read: {error.__class__.__name__}.", "see it on RabbitMQ's own page")
    # Not cancel(): that would reject message by message what closing gives back at once.
    channel.close()
    return seen
