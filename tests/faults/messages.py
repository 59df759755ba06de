"""Faults made of messages: poison of every kind, copies, and messages in the wrong order."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pika

from tests.faults.scene import Scene

EVENTS, COMMANDS, REQUEUE, DEPARTMENTS = "huiying.events", "huiying.commands", "huiying.requeue", "huiying.departments"
DELIVERIES = "huiying.deliveries"
POISONED = "power"
MOST = 400
#: Characters, each six bytes on the wire: a little less than the broker takes.
LARGE = 170_000


@dataclass(frozen=True)
class Poison:
    """A message that nobody can handle: where it goes, and where it has to end. `refused`: it is answered instead."""

    kind: str
    exchange: str
    key: str
    body: bytes
    dead_letters_in: tuple[str, ...] = ()
    refused: bool = False


def _event(**changes: Any) -> bytes:
    whole = {
        "specversion": "1.0", "id": str(uuid4()), "source": "/intake", "type": "opinion.accepted", "subject": "no-such-opinion",
        "time": "2026-11-22T09:30:00+08:00", "datacontenttype": "application/json",
        "dataschema": "/schemas/opinion.accepted/1", "sequence": 1, "data": {},
    }  # fmt: skip
    return json.dumps(whole | changes).encode()


def _command(**data: Any) -> bytes:
    return json.dumps({"specversion": "1.0", "type": "reply", "data": data}).encode()


ACCEPTED, SIGNED = "opinion.accepted.lights", "assignment.signed.power"
HEAR_ACCEPTED = ("routing.events.dead", "metrics.events.dead")
HEAR_SIGNED = ("intake.events.dead", "notify.events.dead", "metrics.events.dead")
REPLY = {"assignment": "no-such-assignment", "content": "好", "outcome": "solved"}


def poison() -> Iterator[Poison]:
    """Every kind there is."""
    key = f"{POISONED}.reply"
    yield Poison("a command that is not JSON", COMMANDS, key, b"{", refused=True)
    yield Poison("a command that is not text", COMMANDS, key, b"\xff\xfe\x00", refused=True)
    yield Poison("a command that is a list", COMMANDS, key, b"[1, 2]", refused=True)
    yield Poison("a command without a body", COMMANDS, key, b"", refused=True)
    yield Poison("a command with an unknown verb", COMMANDS, f"{POISONED}.dance", _command(**REPLY), refused=True)
    yield Poison("a command without data", COMMANDS, key, _command(), refused=True)
    yield Poison("a command with data of another kind", COMMANDS, key, b'{"data": 7}', refused=True)
    yield Poison("a command with an unknown field", COMMANDS, key, _command(**REPLY, colour="red"), refused=True)
    yield Poison(
        "a command as large as the broker takes", COMMANDS, key, _command(**REPLY | {"content": "长" * LARGE}), refused=True
    )
    yield Poison("a command that is impossible", COMMANDS, key, _command(**REPLY), refused=True)
    yield Poison("an event that is not JSON", EVENTS, SIGNED, b"not JSON", HEAR_SIGNED)
    yield Poison("an event of an unknown type", EVENTS, ACCEPTED, _event(type="opinion.sung"), HEAR_ACCEPTED)
    schema = "/schemas/opinion.accepted/99"
    yield Poison("an event of an unknown version", EVENTS, ACCEPTED, _event(dataschema=schema), HEAR_ACCEPTED)
    yield Poison("an event with the wrong data", EVENTS, ACCEPTED, _event(data={"opinion": 7}), HEAR_ACCEPTED)
    yield Poison("an event without a time zone", EVENTS, ACCEPTED, _event(time="2026-11-22T09:30:00"), HEAR_ACCEPTED)
    yield Poison("an event as large as the broker takes", EVENTS, ACCEPTED, _event(data={"opinion": "长" * LARGE}), HEAR_ACCEPTED)


def plant(scene: Scene) -> None:
    """Send every kind: commands as a department's own user, events as a service that has gone mad."""
    department, service = scene.broker(scene.system.department_url(POISONED)), scene.broker()
    channels = {COMMANDS: department.channel(), EVENTS: service.channel()}
    for channel in channels.values():
        channel.confirm_delivery()
    for each in poison():
        named = str(uuid4())
        properties = pika.BasicProperties(message_id=named, delivery_mode=2, content_type="application/cloudevents+json")
        scene.planted(named, each.kind, list(each.dead_letters_in), refused=each.refused)
        channels[each.exchange].basic_publish(each.exchange, each.key, each.body, properties, mandatory=True)
    department.close()
    service.close()


def duplicate(scene: Scene) -> None:
    """Take a few seconds of what is said, and say all of it twice more, backwards, under the same ids."""
    connection = scene.broker()
    channel = connection.channel()
    channel.confirm_delivery()
    tap = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(tap, EVENTS, "#")
    channel.queue_bind(tap, DEPARTMENTS, f"department.{POISONED}")
    scene.until("something is said", lambda: channel.queue_declare(tap, passive=True).method.message_count > 30)
    heard = list(_take_all(channel, tap))
    channel.queue_unbind(tap, EVENTS, "#")
    channel.queue_unbind(tap, DEPARTMENTS, f"department.{POISONED}")
    for _ in range(2):
        said = [properties.message_id for method, properties, _ in heard if method.exchange == EVENTS]
        scene.journal.keep("copied", messages=said)
        for method, properties, body in reversed(heard):
            clean = pika.BasicProperties(message_id=properties.message_id, delivery_mode=2, content_type=properties.content_type)
            channel.basic_publish(method.exchange, method.routing_key, body, clean, mandatory=True)
    connection.close()


def reorder(scene: Scene, queue: str) -> None:
    """Stop the service, let its queue fill, and put what is in it back in any order; the service is started by the recovery."""
    service = queue.partition(".")[0]
    connection = scene.broker()
    channel = connection.channel()
    channel.confirm_delivery()
    scene.system.kill(service)
    end = time.monotonic() + 60
    while channel.queue_declare(queue, passive=True).method.message_count < 60 and time.monotonic() < end:
        time.sleep(0.1)
    taken = list(_take_all(channel, queue, acknowledge=False))
    random.Random(len(taken)).shuffle(taken)
    for method, properties, body in taken:
        headers = {"x-attempt": 0, "x-routing-key": method.routing_key}
        again = pika.BasicProperties(
            message_id=properties.message_id, delivery_mode=2, content_type=properties.content_type, headers=headers
        )
        # Services tell their words to one another from messages by the exchange.
        channel.basic_publish(DELIVERIES if method.exchange == DELIVERIES else REQUEUE, queue, body, again, mandatory=True)
    if taken:
        channel.basic_ack(max(method.delivery_tag for method, _, _ in taken), multiple=True)
    connection.close()
    if len(taken) < 2:
        raise AssertionError(f"{queue} held {len(taken)} messages, too few to be in the wrong order")


def _take_all(channel: Any, queue: str, *, acknowledge: bool = True) -> Iterator[tuple[Any, Any, bytes]]:
    for _ in range(MOST):
        method, properties, body = channel.basic_get(queue, auto_ack=acknowledge)
        if method is None:
            return
        yield method, properties, body
