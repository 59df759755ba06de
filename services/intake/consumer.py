"""Which message leads to which handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.contracts.envelope import Event, decode
from services.contracts.messages import (
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentSigned,
    Message,
)
from services.intake import handlers
from services.intake.store import IntakeStore
from services.runtime.database import Transaction
from services.runtime.dispatch import Hearing

HANDLERS: Mapping[type[Message], Callable[[IntakeStore, Event, Any], None]] = {
    AssignmentCreated: handlers.hear_created,
    AssignmentSigned: handlers.hear_signed,
    AssignmentProgressed: handlers.hear_progressed,
    AssignmentReplied: handlers.hear_replied,
    AssignmentReopened: handlers.hear_reopened,
    AssignmentConcluded: handlers.hear_concluded,
}


def handle(work: Transaction, events: Sequence[Event]) -> None:
    """Every event to its handler."""
    store = IntakeStore(work)
    for event in events:
        handler = HANDLERS.get(type(event.data))
        if handler is not None:
            handler(store, event, event.data)


def hearings(_: Any) -> Sequence[Hearing[Event]]:
    """What this service listens to."""
    return (Hearing("intake.events", lambda delivery: decode(delivery.body), lambda event: event.id, handle),)
