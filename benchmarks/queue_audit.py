"""Counts the messages in departments' queues over AMQP, and returns them all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from pika.adapters.blocking_connection import BlockingConnection
from pika.spec import BasicProperties

from services.console.client.amqp import depths
from services.contracts.topology import department_queue

PATIENCE_SECONDS = 5.0
#: Without a prefetch limit a quorum queue gives a consumer at most 2,000 messages; this is the largest limit.
LARGEST_PREFETCH = 65_535
CREATED = "assignment.created"


class OpinionId(msgspec.Struct):
    """The opinion of an assignment."""

    id: str


class Assigned(msgspec.Struct):
    """The data of an assignment; other messages have less."""

    role: str | None = None
    opinion: OpinionId | str | None = None


class ToDepartment(msgspec.Struct):
    """A message in a department's queue."""

    id: str
    type: str
    data: Assigned

    @property
    def assigned(self) -> str | None:
        """The opinion that it assigns; None for another message."""
        opinion = self.data.opinion
        return opinion.id if self.type == CREATED and isinstance(opinion, OpinionId) else None


MESSAGE = msgspec.json.Decoder(ToDepartment)


@dataclass
class QueueAudit:
    """The lead queues of each opinion, and how often each message was seen."""

    places: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    copies: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, queue: str, message_id: str, body: bytes) -> None:
        """Count one message; only lead assignments place an opinion."""
        self.copies[queue, message_id] += 1
        message = MESSAGE.decode(body)
        if (opinion := message.assigned) is not None and message.data.role == "lead":
            self.places[opinion].add(queue)

    @property
    def second_copies(self) -> int:
        """Messages beyond the first with the same id in the same queue."""
        return sum(times - 1 for times in self.copies.values())

    def in_one_place(self, opinions: set[str]) -> int:
        """How many of `opinions` are in exactly one lead queue."""
        return sum(1 for opinion in opinions if len(self.places.get(opinion, ())) == 1)

    def in_several(self) -> list[str]:
        """Opinions in more than one lead queue, which must never happen."""
        return [opinion for opinion, queues in self.places.items() if len(queues) > 1]


def audit_queues(broker: BlockingConnection, departments: Sequence[str]) -> QueueAudit:
    """Look at every ready message in the departments' queues, without removing any.

    Ends when each queue has shown the number of messages that it held at the start, or when none has come for `PATIENCE_SECONDS`.
    """
    left = {queue: held for queue, held in depths(broker, [department_queue(code) for code in departments]).items() if held}
    audit, channel, seen = QueueAudit(), broker.channel(), 0

    def arrived(queue: str, properties: BasicProperties, body: bytes) -> None:
        nonlocal seen
        seen += 1
        left[queue] -= 1
        audit.count(queue, properties.message_id, body)

    channel.basic_qos(prefetch_count=LARGEST_PREFETCH)
    for queue, held in list(left.items()):
        for _ in range(1 + held // LARGEST_PREFETCH):
            channel.basic_consume(queue, lambda _, __, properties, body, queue=queue: arrived(queue, properties, body))
    before = -1
    while any(held > 0 for held in left.values()) and seen != before:
        before = seen
        broker.process_data_events(time_limit=0.2)
        if seen == before:
            broker.process_data_events(time_limit=PATIENCE_SECONDS)
    # Closing without an acknowledgement puts every message back where it was.
    channel.close()
    return audit
