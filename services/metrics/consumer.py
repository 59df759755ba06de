"""Message routes: every event there is goes into the read model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from services.contracts.envelope import Event, decode
from services.metrics import handlers
from services.metrics.handlers import Service
from services.runtime.broker import Delivery
from services.runtime.dispatch import Hearing

QUEUE = "metrics.events"


def _read(delivery: Delivery) -> Event:
    return decode(delivery.body)


def _identify(event: Event) -> str:
    return event.id


def hearings(service: Service) -> Sequence[Hearing[Event]]:
    """The one queue of this service."""
    return [Hearing(QUEUE, _read, _identify, partial(handlers.record, service))]
