"""Message routes: every event there is goes into the read model and into the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.metrics.domain.heard import Heard, heard
from services.metrics.handlers.recording import record
from services.metrics.handlers.service import Service
from services.runtime.messaging.broker import Delivery
from services.runtime.messaging.dispatch import UNHURRIED_SECONDS, Hearing

QUEUE = "metrics.events"


def _read(delivery: Delivery) -> Heard:
    return heard(delivery.body)


def _identify(message: Heard) -> str:
    return message.event.id


def hearings(service: Service) -> Sequence[Hearing[Heard]]:
    """The one queue of this service."""
    return [Hearing(QUEUE, _read, _identify, partial(record, service), UNHURRIED_SECONDS)]
