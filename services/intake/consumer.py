"""The messages that intake consumes; their effects are in `handlers.effects`."""

from __future__ import annotations

from collections.abc import Sequence

from services.contracts.envelope import EncodedEvent, decode
from services.intake.app.constituency.telling import entrusting
from services.intake.app.context import Intake
from services.intake.app.letters import send_digests
from services.intake.app.sessions.telling import inviting, telling
from services.intake.handlers import answering, consuming
from services.intake.handlers.constituency.hearing import hear
from services.intake.handlers.sessions.hearing import Mirroring
from services.intake.store.answering import AnswerPhotoStore
from services.intake.store.writing import IntakeStore
from services.runtime.messaging.delivery import Delivery
from services.runtime.messaging.subscription import SOON_SECONDS, Subscription
from services.runtime.store.database import Transaction


def handle(intake: Intake, work: Transaction, received: Sequence[EncodedEvent]) -> None:
    """Handle a batch of events."""
    store = IntakeStore(work, intake.vault)
    consuming.consume(store, intake.catalogue, received)
    events = [each.event for each in received]
    answering.hear(AnswerPhotoStore(work), events)
    hear(entrusting(intake, store), events)
    send_digests(intake, work, events)
    told = telling(intake, work)
    Mirroring(told, inviting(intake, told.store), intake.catalogue.calendar, intake.reminded_ahead).hear(events)


def _read(delivery: Delivery) -> EncodedEvent:
    return EncodedEvent(decode(delivery.body), delivery.body)


def subscriptions(intake: Intake) -> Sequence[Subscription[EncodedEvent]]:
    """The queue of this service."""

    def consume(work: Transaction, received: Sequence[EncodedEvent]) -> None:
        handle(intake, work, received)

    return (
        Subscription("intake.events", _read, lambda each: each.event.id, consume, SOON_SECONDS, sent=lambda each: each.event.time),
    )
