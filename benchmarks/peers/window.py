"""Publishing without waiting for each confirm: what left together is waited for together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import amqp

QUORUM = {"x-queue-type": "quorum"}
SECONDS = 30.0


class Window:
    """Publishes on a channel of its own, and calls `confirmed` with each message's id once the broker has it."""

    def __init__(self, connection: Any, confirmed: Callable[[str], None] = lambda _: None) -> None:
        self._connection, self._channel, self._confirmed = connection, connection.channel(), confirmed
        self._open: dict[int, str] = {}
        self._tag = 0
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._acknowledged)

    def publish(self, queue: str, message_id: str, body: bytes) -> None:
        """Send a persistent message without waiting."""
        self._tag += 1
        self._open[self._tag] = message_id
        message = amqp.Message(body, delivery_mode=2, message_id=message_id, content_type="application/cloudevents+json")
        self._channel.send_method(amqp.spec.Basic.Publish, "Bssbb", (0, "", queue, True, False), message)

    def settle(self) -> None:
        """Wait until everything is confirmed."""
        while self._open:
            self._connection.drain_events(timeout=SECONDS)

    def _acknowledged(self, tag: int, multiple: bool) -> None:
        for each in [known for known in self._open if known <= tag] if multiple else [tag]:
            self._confirmed(self._open.pop(each))
