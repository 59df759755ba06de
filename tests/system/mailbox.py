"""What departments do over AMQP, with nothing but pika: empty their queue, send commands; and anybody's ear at the events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pika

from tests.patience import FOR_SURE, patient

PATIENCE = 20.0
CONTENT_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class Letter:
    """One message as it came."""

    queue: str
    message_id: str
    event: dict[str, Any]
    properties: Any
    routing_key: str

    @property
    def data(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.event["data"]
        return answer

    @property
    def type(self) -> str:
        answer: str = self.event["type"]
        return answer


class Mailbox:
    """Takes everything out of some queues and remembers it."""

    def __init__(self, broker_url: str) -> None:
        self._connection = pika.BlockingConnection(patient(broker_url))
        self.channel = self._connection.channel()
        self.letters: list[Letter] = []

    def __enter__(self) -> Mailbox:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def open(self, departments: Iterable[str]) -> Mailbox:
        """Take what comes into these departments' queues from now on, and what lies there."""
        for code in departments:
            self._consume(f"department.{code}")
        return self

    def listen(self, *patterns: str) -> Mailbox:
        """Hear events of the services, as any other program may."""
        queue = self.channel.queue_declare("", exclusive=True).method.queue
        for pattern in patterns:
            self.channel.queue_bind(queue, "huiying.events", pattern)
        self._consume(queue)
        return self

    def look(self, seconds: float = 0.0) -> None:
        """Take what has come, waiting at most so long for something."""
        self._connection.process_data_events(time_limit=seconds)

    def settle(self, quiet: float, type_: str = "") -> None:
        """Take everything until nothing (nothing of a type, where one is given) has come for so long."""
        seen = -1
        while seen != (seen := self._count(type_)):
            end = time.monotonic() + quiet
            while time.monotonic() < end and seen == self._count(type_):
                self.look(quiet / 4)

    def _count(self, type_: str) -> int:
        return sum(1 for letter in self.letters if letter.type.startswith(type_))

    def find(self, wanted: Callable[[Letter], bool]) -> list[Letter]:
        """All letters so far that are wanted."""
        return [letter for letter in self.letters if wanted(letter)]

    def wait(self, type_: str, seconds: float = PATIENCE, **facts: Any) -> Letter:
        """The first letter of a type about `subject`, or with these facts in its data; `seconds` are those of an idle machine."""

        def wanted(letter: Letter) -> bool:
            known = {"subject": letter.event["subject"], **letter.data}
            return letter.type == type_ and all(known.get(name) == value for name, value in facts.items())

        end = time.monotonic() + FOR_SURE * seconds
        while not (found := self.find(wanted)):
            assert time.monotonic() < end, (
                f"no {type_} with {facts} within {FOR_SURE * seconds} s; {[each.type for each in self.letters]}"
            )
            self.look(0.1)
        return found[0]

    def command(self, key: str, data: Any, command: str | None = None) -> str:
        """Send a command under a department's name, `<department>.<verb>`; returns its id."""
        command = command or str(uuid4())
        body = {
            "specversion": "1.0", "id": command, "source": f"/departments/{key.partition('.')[0]}", "type": key.partition(".")[2],
            "datacontenttype": "application/json", "data": data,
        }  # fmt: skip
        self.send(key, json.dumps(body, ensure_ascii=False).encode(), command)
        return command

    def send(self, key: str, body: bytes, command: str) -> None:
        """Send any bytes as a command."""
        properties = pika.BasicProperties(message_id=command, delivery_mode=2, content_type=CONTENT_TYPE)
        self.channel.basic_publish("huiying.commands", key, body, properties, mandatory=True)

    def _consume(self, queue: str) -> None:
        def arrived(_: Any, method: Any, properties: Any, body: bytes) -> None:
            self.letters.append(Letter(queue, properties.message_id, json.loads(body), properties, method.routing_key))

        self.channel.basic_consume(queue, arrived, auto_ack=True)
