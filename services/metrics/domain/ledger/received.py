"""What was heard: an event, and the hash of the message that brought it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from services.contracts.envelope import Event, decode
from services.contracts.ledger import LedgerEvent


@dataclass(frozen=True, slots=True)
class ReceivedEvent:
    """An event and the SHA-256 of its message."""

    event: Event
    body: bytes

    @property
    def counted(self) -> LedgerEvent:
        """The event as the ledger counts it."""
        event = self.event
        return LedgerEvent(event.id, event.type, event.subject, event.time, self.body)


def received(body: bytes) -> ReceivedEvent:
    """What a message brings; raises `Poison` when it is none of ours."""
    return ReceivedEvent(decode(body), sha256(body).digest())
