"""RabbitMQ through kombu: the only place that imports it. One thread owns one connection; after any error, build a new one."""

from __future__ import annotations

import contextlib
import itertools
import socket
import ssl
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import amqp
import kombu
import kombu.exceptions

from services.contracts.envelope import CONTENT_TYPE
from services.contracts.topology import LARGEST_MESSAGE
from services.runtime.messaging.delivery import Delivery as Delivery
from services.runtime.messaging.delivery import delivery_of as delivery_of
from services.runtime.messaging.delivery import failure_headers as failure_headers
from services.runtime.messaging.frames import PlainDelivery, has_input, publish_frames, read_frames
from services.runtime.tls import OLDEST, BrokerAddress, read_address

HEARTBEAT = 30
CONFIRM_DEADLINE = 30.0
SEND_DEADLINE = 10
#: How long (s) the rest of a frame may take once its beginning has arrived.
FRAME_DEADLINE = 5.0
MANDATORY, IMMEDIATE = True, False
#: So much (bytes) is sent at once, so that the broker works on it while the rest is written.
PIECE = 65_536
#: Errors after which a connection is thrown away; whatever was not confirmed or acknowledged comes again.
CONNECTION_ERRORS: tuple[type[Exception], ...] = (amqp.exceptions.AMQPError, kombu.exceptions.KombuError, OSError)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One copy of a message for one exchange."""

    message_id: str
    exchange: str
    routing_key: str
    body: bytes
    headers: Mapping[str, object] = field(default_factory=dict)
    type: str = ""
    correlation_id: str = ""

    @property
    def copy(self) -> tuple[str, str, str]:
        """What tells this copy from others of the same message."""
        return self.message_id, self.exchange, self.routing_key


class Publisher(Protocol):
    """Publishes with mandatory routing and pipelined confirms."""

    def publish(self, message: Outgoing) -> None:
        """Send without waiting."""

    def settle(self) -> dict[tuple[str, str, str], str]:
        """Wait for the broker's word on everything sent; returns the copies it did not take, with the reason."""

    def take(self, queue: str) -> list[bytes] | None:
        """Everything in a queue, taken out of it; None where there is none for us. With nothing sent and not settled."""

    def idle(self) -> None:
        """Keep the connection alive; to be called at least every ten seconds."""

    def close(self) -> None:
        """Drop the connection."""


class Consumer(Protocol):
    """Hears one queue with manual acknowledgement."""

    def collect(self, limit: int, timeout: float) -> list[Delivery]:
        """Up to `limit` deliveries: waits `timeout` seconds for the first, then takes what has already arrived."""

    def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
        """Acknowledge one delivery, or all unacknowledged ones through it."""

    def widen(self, prefetch: int) -> None:
        """Allow more unacknowledged messages at once than until now."""

    def close(self) -> None:
        """Drop the connection; what was not acknowledged goes back."""


def _connect(url: str, name: str) -> kombu.Connection:
    options = {
        # The default of one second would cut the line whenever the broker stops reading, as it does under an alarm.
        "socket_settings": {socket.TCP_USER_TIMEOUT: 20_000},
        "client_properties": {"connection_name": name},
        "write_timeout": SEND_DEADLINE,
    }
    address = read_address(url)
    connection = kombu.Connection(address.url, ssl=_tls(address), heartbeat=HEARTBEAT, connect_timeout=5, transport_options=options)
    connection.connect()
    if address.secure:
        # OpenSSL tries again by itself when the socket's own deadline for writing has passed; Python's it keeps.
        connection.connection.transport.sock.settimeout(SEND_DEADLINE)
    return connection


def _tls(address: BrokerAddress) -> dict[str, object] | bool:
    """What py-amqp needs to verify the certificate and the name in it, which for `amqps://` alone it does not look at."""
    return address.secure and {
        "cert_reqs": ssl.CERT_REQUIRED, "server_hostname": address.host, "tls_minimum_version": OLDEST,
        "ca_certs": address.ca, "certfile": address.certificate, "keyfile": address.key,
    }  # fmt: skip


class RabbitPublisher:
    """A confirm channel that looks at delivery tags, which kombu's own does not; `patience` (s) is how long it waits for them."""

    def __init__(self, url: str, name: str, patience: float = CONFIRM_DEADLINE) -> None:
        self._patience = patience
        self._tag, self._unsent = 0, bytearray()
        self._open: OrderedDict[int, tuple[str, str, str]] = OrderedDict()
        self._failed: dict[tuple[str, str, str], str] = {}
        self._kombu = _connect(url, name)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        self._connection = self._kombu.connection
        self._channel, self._tag = self._kombu.channel(), 0
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(lambda tag, multiple: self._settled(tag, multiple, taken=True))
        self._channel.events["basic_nack"].add(lambda tag, multiple: self._settled(tag, multiple, taken=False))
        self._channel.events["basic_return"].add(self._returned)

    def publish(self, message: Outgoing) -> None:
        """Send one persistent, mandatory message without waiting."""
        if len(message.body) > LARGEST_MESSAGE:
            # The broker would end the channel, and all that was on its way with it.
            self._failed[message.copy] = f"larger than {LARGEST_MESSAGE} bytes"
            return
        self._tag += 1
        self._open[self._tag] = message.copy
        if message.headers:
            self._publish_with_headers(message)
            return
        self._unsent += publish_frames(
            self._channel.channel_id, self._connection.frame_max, message.exchange, message.routing_key, message.message_id,
            CONTENT_TYPE, message.body, message.type, message.correlation_id,
        )  # fmt: skip
        if len(self._unsent) > PIECE:
            self._flush()

    def _publish_with_headers(self, message: Outgoing) -> None:
        self._flush()
        properties = {"type": message.type, "correlation_id": message.correlation_id}
        content = amqp.Message(
            message.body, delivery_mode=2, message_id=message.message_id, content_type=CONTENT_TYPE,
            application_headers=dict(message.headers), **{name: value for name, value in properties.items() if value},
        )  # fmt: skip
        # Not basic_publish, which looks at the socket before each message.
        self._channel.send_method(
            amqp.spec.Basic.Publish, "Bssbb", (0, message.exchange, message.routing_key, MANDATORY, IMMEDIATE), content
        )

    def _flush(self) -> None:
        if self._unsent:
            unsent, self._unsent = self._unsent, bytearray()
            self._connection.transport.write(unsent)
            self._connection.bytes_sent += len(unsent)

    def settle(self) -> dict[tuple[str, str, str], str]:
        """Wait for the confirms; raises TimeoutError when they do not come in time."""
        self._flush()
        end = time.monotonic() + self._patience
        while self._open:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{len(self._open)} confirms did not come")
            # Not drain_events: that starts its clock again at every heartbeat.
            read_frames(self._connection, left)
        failed, self._failed = self._failed, {}
        return failed

    def take(self, queue: str) -> list[bytes] | None:
        """Everything in a queue, taken out of it; None where there is no such queue, or none for this user."""
        try:
            return [bytes(message.body) for message in iter(lambda: self._channel.basic_get(queue, no_ack=True), None)]
        except (amqp.exceptions.NotFound, amqp.exceptions.AccessRefused):
            # The broker closes the channel in which it was asked for.
            self._begin()
            return None

    def idle(self) -> None:
        """Send a heartbeat when one is due and take what the broker has to say."""
        self._connection.heartbeat_tick()
        while has_input(self._connection):
            read_frames(self._connection, FRAME_DEADLINE)

    def close(self) -> None:
        """Drop the socket without a farewell that could hang."""
        self._kombu.collect()

    def _settled(self, tag: int, multiple: bool, *, taken: bool) -> None:
        tags = list(itertools.takewhile(lambda known: known <= tag, self._open)) if multiple else [tag]
        for known in tags:
            copy = self._open.pop(known, None)
            if copy is not None and not taken:
                self._failed.setdefault(copy, "refused by the broker")

    def _returned(self, _: object, exchange: str, routing_key: str, message: Any) -> None:
        # The return comes before the confirm of the same message.
        self._failed[message.properties["message_id"], exchange, routing_key] = "no queue takes it"


class RabbitConsumer:
    """A consumer with manual acknowledgement on a connection of its own."""

    def __init__(self, url: str, queue: str, prefetch: int, name: str) -> None:
        self._queue = queue
        self._arrived: list[Delivery] = []
        self._checked = time.monotonic()
        self._kombu = _connect(url, name)
        try:
            self._begin(prefetch)
        except BaseException:
            self.close()
            raise

    def _begin(self, prefetch: int) -> None:
        self._connection = self._kombu.connection
        self._channel = self._kombu.channel()
        self._consume(prefetch)

    def _consume(self, prefetch: int) -> None:
        # What is set counts for consumers that come afterwards.
        self._channel.basic_qos(0, prefetch, a_global=False)
        self._tag = self._channel.basic_consume(self._queue, callback=self._arrive)

    def collect(self, limit: int, timeout: float) -> list[Delivery]:
        """Read until `limit` deliveries are there or the socket is empty."""
        self._heartbeat()
        with contextlib.suppress(TimeoutError):
            while not self._arrived:
                read_frames(self._connection, timeout, self._take)
            while len(self._arrived) < limit and has_input(self._connection):
                read_frames(self._connection, FRAME_DEADLINE, self._take)
        taken, self._arrived = self._arrived[:limit], self._arrived[limit:]
        return taken

    def acknowledge(self, delivery: Delivery, *, through: bool) -> None:
        """Tell the broker that it may forget."""
        self._channel.basic_ack(delivery.tag, multiple=through)

    def widen(self, prefetch: int) -> None:
        """Consume once more, with more allowed; what is on its way stays with the channel."""
        self._channel.basic_cancel(self._tag)
        self._consume(prefetch)

    def close(self) -> None:
        """Drop the socket; unacknowledged messages return to the queue."""
        self._kombu.collect()

    def _heartbeat(self) -> None:
        if time.monotonic() - self._checked > HEARTBEAT / 6:
            self._checked = time.monotonic()
            self._connection.heartbeat_tick()

    def _take(self, came: PlainDelivery) -> None:
        self._arrived.append(
            Delivery(came.tag, self._queue, came.message_id, came.routing_key, came.body, type=came.type, exchange=came.exchange)
        )

    def _arrive(self, message: Any) -> None:
        self._arrived.append(delivery_of(self._queue, message.delivery_info, message.properties, message.body))
