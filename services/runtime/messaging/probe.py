"""Looks at the broker from outside with pika: does it take messages, which queues are there and what of them.

It consumes nothing, and what it publishes goes to no queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import pika
import pika.exceptions
import structlog
from pika.adapters.utils.connection_workflow import AMQPConnectorException

from services.contracts.errors import Trouble, Unavailable
from services.contracts.topology import DEAD
from services.runtime.tls import read_address, reason

REMEMBER_SECONDS = 5.0
#: A routing key of the exchange for dead letters that no queue is bound to.
NOWHERE = "huiying.probe"
NOT_FOUND = 404
#: What goes wrong with a connection of pika's: an attempt that takes too long ends with an error that is not among its own.
PIKA_ERRORS: Final[tuple[type[Exception], ...]] = (pika.exceptions.AMQPError, AMQPConnectorException, OSError)
log = structlog.get_logger()


class Distrusted(Trouble):
    """The broker is there, but TLS with it fails; the text says why in words that anybody may read."""


class Blocked(Trouble):
    """The broker accepts connections but no messages, as it does when disk or memory runs low."""

    def __init__(self) -> None:
        super().__init__("takes no messages: its disk or memory is short")


class BrokerProbe:
    """Whether the broker lets us in and takes messages; asks at most once in `REMEMBER_SECONDS`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._good_until = 0.0

    def reach(self) -> None:
        """Raises `Unavailable` when the broker does not let us in, `Distrusted` when TLS is the reason."""
        self._visit(lambda _: None)

    def check(self) -> None:
        """Raises as `reach` does, and `Blocked` or another `Trouble` when it lets us in and takes no messages."""
        if time.monotonic() < self._good_until:
            return
        try:
            self._visit(publish_nowhere)
        except pika.exceptions.ConnectionBlockedTimeout as error:
            raise Blocked from error
        self._good_until = time.monotonic() + REMEMBER_SECONDS

    def _visit(self, act: Callable[[Any], None]) -> None:
        try:
            connection = pika.BlockingConnection(self._parameters())
            try:
                act(connection)
            finally:
                if connection.is_open:
                    connection.close()
        except pika.exceptions.ConnectionBlockedTimeout:
            raise
        except PIKA_ERRORS as error:
            raise _as_refusal(error) from error

    def depths(self, queues: Sequence[str]) -> dict[str, int]:
        """How many messages wait in each of these queues that is there; raises as `check` does."""
        found: dict[str, int] = {}
        try:
            connection = pika.BlockingConnection(self._parameters())
            try:
                channel = connection.channel()
                for queue in queues:
                    # The broker closes the channel in which a missing queue was asked for.
                    if channel.is_closed:
                        channel = connection.channel()
                    try:
                        found[queue] = channel.queue_declare(queue, passive=True).method.message_count
                    except pika.exceptions.ChannelClosedByBroker as closed:
                        if closed.reply_code != NOT_FOUND:
                            log.warning("queue_not_counted", queue=queue, error=closed.reply_text)
            finally:
                connection.close()
        except PIKA_ERRORS as error:
            raise _as_refusal(error) from error
        return found

    def _parameters(self) -> pika.URLParameters:
        parameters = broker_parameters(self._url)
        parameters.socket_timeout = parameters.blocked_connection_timeout = 3
        parameters.stack_timeout = 5
        parameters.connection_attempts = 1
        parameters.client_properties = {"connection_name": "probe"}
        return parameters


def publish_nowhere(connection: Any) -> None:
    """Publish a message that goes to no queue and wait for the broker's answer: only publishers are told that it is blocked.

    Raises `ConnectionBlockedTimeout` when that lasts longer than the connection is patient, `Trouble` without our exchanges.
    """
    channel = connection.channel()
    channel.confirm_delivery()
    try:
        channel.basic_publish(DEAD, NOWHERE, b"")
    except pika.exceptions.ChannelClosedByBroker as closed:
        if closed.reply_code == NOT_FOUND:
            raise Trouble("has not our exchanges: huiying topology apply") from closed
        raise
    channel.close()


def broker_parameters(url: str) -> pika.URLParameters:
    """pika's parameters for an address with its trust; raises OSError when a file of it cannot be used."""
    address = read_address(url)
    parameters = pika.URLParameters(address.url)
    if address.secure:
        parameters.ssl_options = pika.SSLOptions(address.context(), address.host)
    return parameters


def _as_refusal(error: Exception) -> Unavailable | Distrusted:
    why = reason(error)
    return Distrusted(why) if why else Unavailable(f"The broker does not answer: {error!r}")
