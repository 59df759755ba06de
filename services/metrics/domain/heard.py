"""What was heard: an event, and the hash of the message that brought it."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from services.contracts.envelope import Event, decode
from services.contracts.ledger import Counted


@dataclass(frozen=True, slots=True)
class Heard:
    """An event and the SHA-256 of its message."""

    event: Event
    body: bytes

    @property
    def counted(self) -> Counted:
        """The event as the ledger counts it."""
        event = self.event
        return Counted(event.id, event.type, event.subject, event.time, self.body)


def heard(body: bytes) -> Heard:
    """What a message brings; raises `Poison` when it is none of ours."""
    return Heard(decode(body), sha256(body).digest())
