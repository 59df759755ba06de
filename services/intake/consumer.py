"""The messages that intake consumes; their effects are in `handlers.effects`."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.envelope import Event, decode
from services.intake.app.context import Intake
from services.intake.handlers import consuming
from services.intake.store.writing import IntakeStore
from services.runtime.messaging.subscription import Subscription
from services.runtime.store.database import Transaction


def handle(intake: Intake, work: Transaction, events: Sequence[Event]) -> None:
    """Handle a batch of events."""
    consuming.consume(IntakeStore(work, intake.vault), intake.catalogue, events)


def subscriptions(intake: Intake) -> Sequence[Subscription[Event]]:
    """The queue of this service."""

    def consume(work: Transaction, events: Sequence[Event]) -> None:
        handle(intake, work, events)

    return (Subscription("intake.events", lambda delivery: decode(delivery.body), lambda event: event.id, consume),)
