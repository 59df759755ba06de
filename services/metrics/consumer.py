"""The consumer: every event goes into the read model and into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.metrics.domain.ledger.received import ReceivedEvent, received
from services.metrics.handlers.recording import record
from services.metrics.handlers.service import Service
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.subscription import PATIENT_BATCHES, PATIENT_SECONDS, Subscription

QUEUE = "metrics.events"


def _read(delivery: Delivery) -> ReceivedEvent:
    return received(delivery.body)


def _identify(message: ReceivedEvent) -> str:
    return message.event.id


def subscriptions(service: Service) -> Sequence[Subscription[ReceivedEvent]]:
    """The one queue of this service."""
    return [
        Subscription(
            QUEUE,
            _read,
            _identify,
            partial(record, service),
            PATIENT_SECONDS,
            sent=lambda message: message.event.time,
            batches=PATIENT_BATCHES,
        )
    ]
