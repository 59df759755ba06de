"""How a queue is consumed: what a service says of it, and `Retry` in a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.contracts.envelope import Event, decode
from services.contracts.errors import Retry
from services.runtime.messaging.delivery import Delivery
from services.runtime.store.database import Transaction

T = TypeVar("T")
#: How far apart batches are under load where nobody waits for the effect: fewer commits, and less work for each message.
UNHURRIED_SECONDS = 0.25
#: The same where what follows soon after on the same subject makes handling it twice as dear, and how many times as many
#: messages are taken at once then.
PATIENT_SECONDS, PATIENT_BATCHES = 1.0, 4
#: The same where somebody may be looking, but not waiting.
SOON_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Subscription(Generic[T]):
    """How one queue is consumed: how a delivery is read, and what its messages do inside one transaction.

    A message that is delivered twice is recognized by what `identify` returns; without it `handle` gets every copy and
    returns how many it knew already. A batch that is not full comes `patience` (s) after the last one at the earliest; a full one
    has `batches` times the messages that are usual. With
    `sender`, which names the sender of a delivery, senders take turns. `give_up` is called, in a transaction of its own, for a
    message that has failed so often that it is put into the dead queue. `sent` tells when a message was sent.
    """

    queue: str
    read: Callable[[Delivery], T]
    identify: Callable[[T], str] | None
    handle: Callable[[Transaction, Sequence[T]], int | None]
    patience: float = 0.0
    sender: Callable[[Delivery], str] | None = None
    give_up: Callable[[Transaction, T], None] | None = None
    sent: Callable[[T], datetime] | None = None
    batches: int = 1


def event_subscription(
    queue: str, handle: Callable[[Transaction, Sequence[Event]], None], patience: float = 0.0
) -> Subscription[Event]:
    """How a queue of events is consumed."""
    return Subscription(
        queue, lambda delivery: decode(delivery.body), lambda event: event.id, handle, patience, sent=lambda event: event.time
    )


class TooEarly(Exception):
    """Messages of a batch that raised `Retry`, with the reasons; nothing of the batch may be committed."""

    def __init__(self, messages: Sequence[tuple[object, str]]) -> None:
        super().__init__(f"{len(messages)} messages came too early")
        self.messages = messages


def for_each(messages: Sequence[T], act: Callable[[T], None]) -> None:
    """Act on every message of a batch; raises `TooEarly` at the end if any of them raised `Retry`."""
    early: list[tuple[object, str]] = []
    for message in messages:
        try:
            act(message)
        except Retry as error:
            early.append((message, str(error)))
    if early:
        raise TooEarly(early)
