"""What lies in a dead queue: what it is, why, how often it was tried and since when; and how it goes back to where it came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pika

from services.console.amqp import look_through
from services.contracts.topology import DEAD, REQUEUE, UNROUTED, dead_queue
from services.runtime.clock import ZONE

SUFFIX = ".dead"
#: What nobody takes are commands, and this is who should.
COMMANDS_QUEUE = "routing.commands"


@dataclass(frozen=True, slots=True)
class Parked:
    """One message that could not be handled. `attempts` counts the tries; `since` is when it failed first, where that is known."""

    id: str | None
    type: str | None
    reason: str
    attempts: int
    since: datetime | None
    body: str


def parked_in(queue: str) -> str:
    """The queue that holds what could not be handled; `queue` is a work queue, its dead queue, or the one for what nobody takes."""
    return queue if queue.endswith(SUFFIX) or queue == UNROUTED else dead_queue(queue)


def read_parked(broker: Any, queue: str) -> list[Parked]:
    """Everything in a dead queue, oldest first; nothing is taken out."""
    found: list[Parked] = []
    look_through(broker, queue, lambda properties, body: found.append(_parked(properties, body)))
    return found


def _parked(properties: Any, body: bytes) -> Parked:
    headers: Mapping[str, Any] = properties.headers or {}
    # What the broker gave up by itself has its record of deaths, what a service put aside has ours.
    death: Mapping[str, Any] = (headers.get("x-death") or [{}])[0]
    tries = headers.get("x-attempt") or headers.get("x-delivery-count") or death.get("count") or 0
    text = body.decode("utf-8", "replace")
    try:
        kind = json.loads(text).get("type")
    except (ValueError, AttributeError):
        kind = None
    reason = headers.get("x-error") or death.get("reason") or "no queue takes it"
    return Parked(properties.message_id, kind, str(reason), int(tries), _since(headers.get("x-failed"), death.get("time")), text)


def _since(seconds: Any, died: Any) -> datetime | None:
    if isinstance(seconds, int):
        return datetime.fromtimestamp(seconds, ZONE)
    return died.astimezone(ZONE) if isinstance(died, datetime) else None


def replay(broker: Any, queue: str, only: str | None) -> int:
    """Send what `parked_in(queue)` holds back under the same ids, as often as there are messages now; returns how many.

    Each is taken out only after the broker has confirmed its copy. Whoever handled one before drops it by its id.
    """
    source = parked_in(queue)
    target = COMMANDS_QUEUE if source == UNROUTED else source.removesuffix(SUFFIX)
    incoming, outgoing = broker.channel(), broker.channel()
    outgoing.confirm_delivery()
    held, replayed = incoming.queue_declare(source, passive=True).method.message_count, 0
    # As many as there are now: one that fails again would otherwise be sent round and round.
    for _ in range(held):
        method, properties, body = incoming.basic_get(source)
        if method is None:
            break
        if only is not None and properties.message_id != only:
            continue
        outgoing.basic_publish(REQUEUE, target, body, _as_it_was(method, properties), mandatory=True)
        incoming.basic_ack(method.delivery_tag)
        replayed += 1
    incoming.close()
    return replayed


def _as_it_was(method: Any, properties: Any) -> pika.BasicProperties:
    # None of the broker's headers is kept: old death records would let it drop the message as a loop. Who sent a command, and
    # as which department, stands in its routing key, which is another one on the way back.
    headers: Mapping[str, Any] = properties.headers or {}
    death: Mapping[str, Any] = (headers.get("x-death") or [{}])[0]
    # What the broker parked straight from an exchange has no headers of ours, whatever its sender wrote there.
    ours = headers if death.get("exchange", REQUEUE) == REQUEUE and method.exchange == DEAD else {}
    key = ours.get("x-routing-key") or (death.get("routing-keys") or [method.routing_key])[0]
    kept: dict[str, Any] = {"x-attempt": 0, "x-routing-key": key}
    sender = ours.get("x-user-id") or properties.user_id
    if sender:
        kept["x-user-id"] = sender
    return pika.BasicProperties(
        message_id=properties.message_id, type=properties.type, content_type=properties.content_type, delivery_mode=2, headers=kept
    )
