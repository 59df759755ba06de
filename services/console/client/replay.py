"""Reads dead-letter queues, and sends messages back to the queues they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from pika.adapters.blocking_connection import BlockingConnection
from pika.spec import Basic, BasicProperties

from services.console.client.amqp import look_through
from services.contracts.topology import DEAD, REQUEUE, UNROUTED, dead_queue
from services.runtime.clock import ZONE

#: Headers as the sender or the broker set them: any value is possible.
Headers = Mapping[str, object]
SUFFIX = ".dead"
#: Unrouted messages are commands, and belong here.
COMMANDS_QUEUE = "routing.commands"
DEPARTMENT_QUEUE, DEPARTMENT_USER = "department.", "department-"
#: Events whose routing key ends with a department.
OF_A_DEPARTMENT = ("assignment", "reminder", "card", "supervision", "promise", "command")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that could not be handled. All texts are the sender's and may contain anything.

    `queue` is its work queue. `attempts` counts the tries, `since` is the first failure where known. `user` is the broker user
    that sent it, `department` the one that it comes from, goes to or is about.
    """

    queue: str
    id: str | None
    type: str | None
    reason: str
    attempts: int
    since: datetime | None
    routing_key: str
    user: str | None
    department: str | None
    body: str


@dataclass(frozen=True, slots=True)
class MessageOrigin:
    """Where a dead letter came from: its first routing key, and the broker user that sent it, where known."""

    routing_key: str
    user: str | None


def dead_queue_of(queue: str) -> str:
    """The dead-letter queue of a work queue; a dead-letter queue, or the one of unrouted messages, is its own."""
    return queue if queue.endswith(SUFFIX) or queue == UNROUTED else dead_queue(queue)


def worked_by(source: str) -> str:
    """The work queue that messages in `source` go back to."""
    return COMMANDS_QUEUE if source == UNROUTED else source.removesuffix(SUFFIX)


def read_dead_letters(broker: BlockingConnection, queue: str) -> list[DeadLetter]:
    """Everything in a dead-letter queue, oldest first; nothing is removed."""
    found: list[DeadLetter] = []
    look_through(broker, queue, lambda method, properties, body: found.append(_dead_letter(queue, method, properties, body)))
    return found


def _dead_letter(source: str, method: Basic.Deliver | Basic.GetOk, properties: BasicProperties, body: bytes) -> DeadLetter:
    headers, message_origin, queue = _headers(properties), _origin(method, properties), worked_by(source)
    # The broker's own dead letters have x-death, those of a service have our headers.
    death = _death(headers)
    tries = headers.get("x-attempt") or headers.get("x-delivery-count") or death.get("count")
    return DeadLetter(
        queue=queue,
        id=_text(properties.message_id),
        type=_type(body),
        reason=_text(headers.get("x-error") or death.get("reason")) or "no queue takes it",
        attempts=tries if isinstance(tries, int) else 0,
        since=_since(headers.get("x-failed"), death.get("time")),
        routing_key=message_origin.routing_key,
        user=message_origin.user,
        department=_department(queue, message_origin),
        body=body.decode("utf-8", "replace"),
    )


def _headers(properties: BasicProperties) -> Headers:
    return properties.headers if isinstance(properties.headers, Mapping) else {}


def _death(headers: Headers) -> Headers:
    """The broker's latest x-death entry. Old brokers pass on what a sender put there, so it may be anything."""
    deaths = headers.get("x-death")
    last = deaths[0] if isinstance(deaths, list) and deaths else None
    return last if isinstance(last, Mapping) else {}


def _origin(method: Basic.Deliver | Basic.GetOk, properties: BasicProperties) -> MessageOrigin:
    headers = _headers(properties)
    death = _death(headers)
    # A message dead-lettered straight from an exchange has no headers of ours; ignore what the sender put there.
    ours = headers if death.get("exchange", REQUEUE) == REQUEUE and method.exchange == DEAD else {}
    keys = death.get("routing-keys")
    first = keys[0] if isinstance(keys, list) and keys else method.routing_key
    return MessageOrigin(_text(ours.get("x-routing-key") or first) or "", _text(ours.get("x-user-id") or properties.user_id))


def _department(queue: str, message_origin: MessageOrigin) -> str | None:
    """The department of the queue, the sender of a command (the broker has checked user and key), or the subject of an event."""
    if queue.startswith(DEPARTMENT_QUEUE):
        return queue.removeprefix(DEPARTMENT_QUEUE)
    if message_origin.user is not None and message_origin.user.startswith(DEPARTMENT_USER):
        return message_origin.user.removeprefix(DEPARTMENT_USER)
    words = message_origin.routing_key.split(".")
    if queue == COMMANDS_QUEUE:
        return words[0] or None
    return words[-1] if len(words) > 1 and words[0] in OF_A_DEPARTMENT and words[-1] != "-" else None


def _text(value: object) -> str | None:
    """A value as text; pika leaves short strings that are not UTF-8 as bytes."""
    if value is None or value == "":
        return None
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _type(body: bytes) -> str | None:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return _text(parsed.get("type")) if isinstance(parsed, dict) else None


def _since(seconds: object, died: object) -> datetime | None:
    try:
        if isinstance(seconds, int):
            return datetime.fromtimestamp(seconds, ZONE)
        return died.astimezone(ZONE) if isinstance(died, datetime) else None
    except (OverflowError, ValueError, OSError):
        return None


def replay(broker: BlockingConnection, queue: str, only: str | None) -> int:
    """Send the messages of `dead_queue_of(queue)` back under the same ids, at most as many as there are now; returns the number.

    Each is removed only after the broker has confirmed its copy. A service that has handled one before drops it by its id.
    """
    source = dead_queue_of(queue)
    target = worked_by(source)
    incoming, outgoing = broker.channel(), broker.channel()
    outgoing.confirm_delivery()
    held, replayed = incoming.queue_declare(source, passive=True).method.message_count, 0
    # A message that fails again comes back here; without the limit it would go round for ever.
    for _ in range(held):
        method, properties, body = incoming.basic_get(source)
        if method is None:
            break
        if only is not None and _text(properties.message_id) != only:
            continue
        outgoing.basic_publish(REQUEUE, target, body, _as_it_was(method, properties), mandatory=True)
        incoming.basic_ack(method.delivery_tag)
        replayed += 1
    incoming.close()
    return replayed


def _as_it_was(method: Basic.Deliver | Basic.GetOk, properties: BasicProperties) -> BasicProperties:
    # No header of the broker is kept: with old x-death entries it would drop the message as a loop. The first routing key is kept:
    # it names the department that sent a command, and changes on the way back.
    message_origin = _origin(method, properties)
    kept: dict[str, object] = {"x-attempt": 0, "x-routing-key": message_origin.routing_key}
    if message_origin.user:
        kept["x-user-id"] = message_origin.user
    same = {name: _text(getattr(properties, name)) for name in ("message_id", "type", "correlation_id", "content_type")}
    return BasicProperties(**same, delivery_mode=2, headers=kept)
