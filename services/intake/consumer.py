"""What intake listens to; what each message means stands in `handlers.HEARD`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.contracts.envelope import Event, decode
from services.intake import handlers
from services.intake.store import IntakeStore
from services.runtime.database import Transaction
from services.runtime.dispatch import Hearing


def handle(work: Transaction, events: Sequence[Event]) -> None:
    """Every event to its handler."""
    store = IntakeStore(work)
    for event in events:
        handlers.hear(store, event)


def hearings(_: Any) -> Sequence[Hearing[Event]]:
    """What this service listens to."""
    return (Hearing("intake.events", lambda delivery: decode(delivery.body), lambda event: event.id, handle),)
