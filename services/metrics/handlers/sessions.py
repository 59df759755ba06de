"""Counting sessions with people, and what became of what was told there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from services.contracts.messages.sessions import SessionMessage
from services.metrics.domain.counts import Scope
from services.metrics.domain.sessions import OF_OPINIONS, TOLD, SessionFacts, SessionNumbers, SessionStatistics
from services.metrics.domain.statistics import CountsAsOf, GroupKey, StatisticsRequest, by_value
from services.metrics.handlers.statistics import count_opinions, is_final

if TYPE_CHECKING:
    from services.contracts.envelope import Event
    from services.metrics.handlers.service import Service
    from services.runtime.store.database import Transaction

#: The work of an answer; that opinions were told at a session says their kind of it.
COUNTED, KIND = 100, OF_OPINIONS["kind"]


def record_sessions(service: Service, work: Transaction, events: Sequence[Event], recorded_at: datetime) -> None:
    """Take over what was said of sessions, which begin with the first that is said of them."""
    said = [(event.sequence, event.data) for event in events if isinstance(event.data, SessionMessage)]
    if not said:
        return
    editions = service.model.sessions(work, [message.session for _, message in said])
    for sequence, message in said:
        facts = editions.facts.setdefault(message.session, SessionFacts(message.session, message.at))
        facts.take(message, sequence, service.days.zone)
    editions.save(recorded_at)


def session_statistics(
    service: Service, asked: StatisticsRequest, charge: Callable[[int], None] = lambda _: None
) -> SessionStatistics:
    """The published numbers of sessions, shared by all who ask the same; raises `Invalid` that names the field, or `Unavailable`.

    Opinions count where they were told at a session, in the month in which they were told.
    """
    now = service.clock.now()
    scope = asked.scope(service.days.zone, now)
    return service.share("sessions", scope, lambda: _published(service, scope, now), lambda: charge(COUNTED), is_final)


def _published(service: Service, scope: Scope, now: datetime) -> SessionStatistics:
    told = replace(scope, by=(*(OF_OPINIONS[name] for name in scope.by), KIND))
    with service.turn():
        counted = count_opinions(service, told, now)
        held = service.model.count_sessions(scope, counted.at)
    groups: dict[GroupKey, Counter[str]] = {}
    for key, counts in (*held.items(), *_told(counted, scope.by)):
        groups.setdefault(key, Counter()).update(counts)
    total = sum(groups.values(), Counter())
    shown = [(key, SessionNumbers.of(groups[key])) for key in sorted(groups, key=by_value)] if scope.by else []
    return SessionStatistics(counted.at.astimezone(service.days.zone), scope, shown, SessionNumbers.of(total))


def _told(counted: CountsAsOf, by: Sequence[str]) -> Iterator[tuple[GroupKey, Mapping[str, int]]]:
    """What is counted of opinions that were told at a session, by the dimensions of sessions."""
    for *values, kind in counted.keys:
        if kind is not None:
            summary = counted.groups[(*values, kind)]
            key = tuple(value[:4] if name == "year" and value else value for name, value in zip(by, values, strict=True))
            yield key, {name: summary.counts[other] for name, (other, _, _) in TOLD.items()}
