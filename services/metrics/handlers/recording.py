"""Recording messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from services.contracts.messages.ledger import LedgerHeaded
from services.metrics.domain.ledger.received import ReceivedEvent

if TYPE_CHECKING:
    from services.metrics.handlers.service import Service
    from services.runtime.store.database import Transaction

#: How many histories are derived again in one transaction.
STALE_AT_ONCE = 100


def record(service: Service, work: Transaction, messages: Sequence[ReceivedEvent]) -> None:
    """Take a batch of messages into the read model and the ledger. Messages without counts go into the ledger too."""
    batch = service.model.begin(work, service.clock)
    for message in messages:
        batch.add(message.event)
    store = service.model.histories(work)
    histories = store.load(batch.facts)
    for history in histories:
        history.add(batch.facts[history.opinion], service.days)
    store.save(histories)
    store.keep(batch.rungs, batch.moves)
    # A leaf for a head would need another head, and so on for ever.
    counted = [message.counted for message in messages if not isinstance(message.event.data, LedgerHeaded)]
    service.ledger.append(work, counted, service.day_of(work.now))


def renew_stale(service: Service) -> bool:
    """Derive again what an older program had derived; returns whether there may be more to do."""
    with service.model.transaction() as work:
        store = service.model.histories(work)
        histories = store.load_stale(STALE_AT_ONCE)
        for history in histories:
            history.renew(service.days)
        store.save(histories)
    return len(histories) == STALE_AT_ONCE


def forget_received(service: Service) -> bool:
    """Forget the ids of messages received long ago; returns that there is no more to do."""
    service.model.forget_received(service.inbox_days)
    return False
