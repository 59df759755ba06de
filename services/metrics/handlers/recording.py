"""Recording messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.messages.ledger import LedgerHeaded
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.history.batch import Batch
from services.metrics.domain.history.editions import History
from services.metrics.domain.history.moves import Done
from services.metrics.domain.ledger.received import ReceivedEvent
from services.metrics.domain.sums.contributions import Contribution, Increments
from services.metrics.handlers.sessions import record_sessions

if TYPE_CHECKING:
    from services.metrics.handlers.service import Service
    from services.runtime.store.database import Transaction

#: How many histories are derived and counted again in one transaction.
UNCOUNTED_AT_ONCE = 100


def record(service: Service, work: Transaction, messages: Sequence[ReceivedEvent]) -> None:
    """Take a batch of messages into the read model and the ledger. Messages without counts go into the ledger too."""
    batch = service.model.begin(work, service.clock)
    for message in messages:
        batch.add(message.event)
    if batch.facts or batch.done.opinions:
        _count(service, work, batch)
    record_sessions(service, work, [message.event for message in messages], batch.recorded_at)
    # A leaf for a head would need another head, and so on for ever.
    counted = [message.counted for message in messages if not isinstance(message.event.data, LedgerHeaded)]
    service.ledger.append(work, counted, service.day_of(work.now))


def _count(service: Service, work: Transaction, batch: Batch) -> None:
    store, sums, increments = service.model.histories(work), service.model.sums(work), Increments(batch.recorded_at)
    done = store.keep(batch.done).by_opinion()
    changed: list[History] = []
    for history in store.load({*batch.facts, *done}):
        own = done.get(history.opinion)
        history.add(batch.facts.get(history.opinion, ()), service.days)
        if history.counted is not None:
            history.counted = increments.add(history.counted, history.derived, own)
        if history.unsaved or own is not None:
            changed.append(history)
    store.save(changed)
    sums.append(increments)


def recount(service: Service) -> bool:
    """Derive and count again what an older program had; returns whether there is more to do."""
    with service.model.transaction() as work:
        store = service.model.histories(work)
        histories, sums = store.load_uncounted(UNCOUNTED_AT_ONCE), service.model.sums(work)
        if not histories:
            return not sums.complete()
        done = store.done([history.opinion for history in histories]).by_opinion()
        by_instant: dict[datetime, Increments] = {}
        for history in histories:
            history.counted = _count_again(history, done.get(history.opinion, Done()), service.days, by_instant)
        store.save(histories)
        sums.insert(by_instant.values())
    return True


def recount_all(service: Service) -> None:
    """Derive and count every opinion again, whatever the sums say now."""
    with service.model.transaction() as work:
        service.model.let_go(work)
    while recount(service):
        pass


def _count_again(history: History, done: Done, days: WorkingDays, by_instant: dict[datetime, Increments]) -> Contribution:
    known, done_then = dict(history.renew(days)), done.by_instant()
    counted = Contribution()
    for at in sorted({*known, *done_then}):
        increments = by_instant.setdefault(at, Increments(at))
        counted = increments.add(counted, known.get(at), done_then.get(at))
    return counted


def forget_received(service: Service) -> bool:
    """Forget the ids of messages received long ago; returns that there is no more to do."""
    service.model.forget_received(service.inbox_days)
    return False
