"""Looks at the broker from outside with pika: does it answer, which queues are there. It never publishes or consumes."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pika
import pika.exceptions
import structlog

from services.contracts.errors import HuiyingError, Unavailable
from services.runtime.tls import read_address, reason

REMEMBER_SECONDS = 5.0
NOT_FOUND = 404
log = structlog.get_logger()


class Distrusted(HuiyingError):
    """The broker is there, but TLS with it fails; the text says why in words that anybody may read."""


class BrokerProbe:
    """Whether the broker lets us in; asks at most once in `REMEMBER_SECONDS`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._good_until = 0.0

    def check(self) -> None:
        """Raises `Unavailable` when the broker does not answer, `Distrusted` when TLS is the reason."""
        if time.monotonic() < self._good_until:
            return
        try:
            pika.BlockingConnection(self._parameters()).close()
        except (pika.exceptions.AMQPError, OSError) as error:
            raise _told(error) from error
        self._good_until = time.monotonic() + REMEMBER_SECONDS

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
        except (pika.exceptions.AMQPError, OSError) as error:
            raise _told(error) from error
        return found

    def _parameters(self) -> pika.URLParameters:
        parameters = broker_parameters(self._url)
        parameters.socket_timeout = parameters.blocked_connection_timeout = 3
        parameters.stack_timeout = 5
        parameters.connection_attempts = 1
        parameters.client_properties = {"connection_name": "probe"}
        return parameters


def broker_parameters(url: str) -> pika.URLParameters:
    """pika's parameters for an address with its trust; raises OSError when a file of it cannot be used."""
    address = read_address(url)
    parameters = pika.URLParameters(address.url)
    if address.secure:
        parameters.ssl_options = pika.SSLOptions(address.context(), address.host)
    return parameters


def _told(error: Exception) -> Unavailable | Distrusted:
    why = reason(error)
    return Distrusted(why) if why else Unavailable(f"The broker does not answer: {error!r}")
