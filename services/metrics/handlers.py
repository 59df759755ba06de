"""What the metrics service does: take in what was heard, and answer what is asked. The store comes as an argument."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid, NotFound
from services.contracts.messages.ledger import LedgerHeaded
from services.contracts.messages.supervision import CardIssued, ReminderSent, SupervisionRaised
from services.metrics.domain.counts import COUNTS, DIMENSIONS, NOTES, Scope
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.heard import Heard
from services.metrics.domain.rates import RATES, published_rates
from services.metrics.domain.sanctions import moves_of
from services.metrics.domain.story import Fact, Row, fact_of
from services.metrics.domain.waiting import QUANTILES, published_times

if TYPE_CHECKING:
    from services.metrics.store import Answer, Heads, Ledger, ReadModel
    from services.runtime.clock import Clock
    from services.runtime.process.catalogue import InUse
    from services.runtime.process.signing import Signer
    from services.runtime.store.database import Transaction

CLOCKS_DIFFER = timedelta(minutes=1)
_SUBJECT = re.compile("[0-9a-f]{64}")
RUNGS = (ReminderSent, CardIssued, SupervisionRaised)


@dataclass(frozen=True, slots=True)
class Place:
    """What metrics makes of a catalogue."""

    catalogue: Catalogue
    days: WorkingDays

    @classmethod
    def of(cls, catalogue: Catalogue) -> Place:
        """The place that a catalogue describes."""
        return cls(catalogue, WorkingDays(catalogue.calendar))


@dataclass(frozen=True, slots=True)
class Service:
    """What the handlers work with."""

    place: InUse[Place]
    model: ReadModel
    ledger: Ledger
    clock: Clock
    most_groups: int
    inbox_days: int
    heads: Heads
    signer: Signer | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue in use."""
        return self.place.catalogue

    @property
    def days(self) -> WorkingDays:
        """Who counts its working days."""
        return self.place.now.days


def record(service: Service, work: Transaction, messages: Sequence[Heard]) -> None:
    """Take a batch of messages into the read model and the ledger. What counts nothing is in the ledger all the same."""
    told: dict[str, list[Fact]] = {}
    reminded: list[Row] = []
    moved: list[Row] = []
    recorded_at = service.model.take_instant(work, service.clock)
    for message in messages:
        event = message.event
        fact, data = fact_of(event, recorded_at), event.data
        if fact is not None:
            told.setdefault(event.subject, []).append(fact)
        if isinstance(data, RUNGS):
            reminded.append({
                "id": event.id, "opinion": event.subject, "department": data.department, "rung": data.rung, "sent_at": recorded_at,
            })  # fmt: skip
        for move, name in moves_of(event):
            moved.append({
                "id": name, "opinion": event.subject, "department": getattr(data, "department", None), "move": move,
                "held": getattr(data, "held", None), "at": recorded_at,
            })  # fmt: skip
    service.model.record(work, told, reminded, moved, service.days)
    # A head would be followed by another one for it, and so for ever.
    counted = [message.counted for message in messages if not isinstance(message.event.data, LedgerHeaded)]
    service.ledger.append(work, counted, _today(service, work.now))


def statistics(service: Service, query: Mapping[str, Any]) -> dict[str, Any]:
    """The published numbers. `query` has `by`, `since`, `until`, `as_of` as `schemas.StatisticsQuery` reads them.

    Raises `Invalid` that names the field.
    """
    scope = scope_of(query, service)
    found = service.model.count(scope, service.clock.now(), service.most_groups)
    if found is None:
        reason = f"more than {service.most_groups} groups; ask for fewer dimensions or a shorter period"
        raise Invalid("This would be too long an answer.", {"by": [reason]})
    at = found.at.astimezone(service.days.zone)
    today = at.date()
    keys = sorted({*found.counts, *found.answered, *found.waiting}, key=_order)
    groups = [{"key": dict(zip(scope.by, key, strict=True)), **_numbers(service, found, [key], today)} for key in keys]
    return {
        "as_of": at, "by": scope.by, "from": scope.since, "to": scope.until,
        "groups": groups if scope.by else [], "total": _numbers(service, found, keys, today), "legend": LEGEND,
    }  # fmt: skip


def scope_of(query: Mapping[str, Any], service: Service) -> Scope:
    """The scope of a query in the place's own time: a date in `until` or `as_of` includes its day."""
    zone, now = service.days.zone, service.clock.now()
    since, until, at = query.get("since"), query.get("until"), query.get("as_of")

    def instant(value: date | datetime, end: bool) -> datetime:
        if isinstance(value, datetime):
            return value.astimezone(zone)
        return datetime.combine(value + timedelta(days=1) if end else value, time.min, zone)

    begin = None if since is None else instant(since, end=False)
    end = None if until is None else instant(until, end=True)
    if begin is not None and end is not None and begin >= end:
        raise Invalid("The period is empty.", {"to": ["lies before 'from'"]})
    if at is not None and instant(at, end=False) > now + CLOCKS_DIFFER:
        raise Invalid("Nothing is known of the future.", {"as_of": ["lies in the future"]})
    return Scope(tuple(query.get("by", ())), None if at is None else instant(at, end=True), begin, end)


def _order(key: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((part is None, part or "") for part in key)


def _numbers(service: Service, found: Answer, keys: Iterable[tuple[str | None, ...]], today: date) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    answered: Counter[int] = Counter()
    waiting: Counter[int] = Counter()
    for key in keys:
        counts.update(found.counts.get(key, {}))
        answered.update(found.answered.get(key, {}))
        for opened_on, number in found.waiting.get(key, {}).items():
            waiting[service.days.between(opened_on, today)] += number
    return {
        "counts": {count.name: counts[count.name] for count in COUNTS},
        "rates": published_rates(counts),
        "times": {"reply": published_times(answered, waiting)},
    }


def leaves_of(service: Service, day: str) -> Iterator[list[bytes]]:
    """The leaves of a day, some at a time; raises `NotFound`."""
    known = service.ledger.day(day)
    if known is None:
        raise NotFound("Nothing was heard on this day; GET /api/v1/ledger has the days.")
    return service.ledger.leaves(known)


def proofs(service: Service, subject: str, after: int | None, limit: int) -> list[dict[str, Any]]:
    """Up to `limit` leaves of a subject behind the one numbered `after`, with their proofs; raises `NotFound` for none at all."""
    found = service.ledger.proofs(bytes.fromhex(subject), after, limit) if _SUBJECT.fullmatch(subject) else []
    if not found and after is None:
        raise NotFound("The ledger has nothing of this subject, which is SHA-256 of 'huiying-ledger' and the opinion's id in hex.")
    return found


def renew_stale(service: Service) -> bool:
    """Derive anew what an older program had derived; returns whether there is more to do."""
    return service.model.renew_stale(service.days)


def close_day(service: Service) -> bool:
    """Close the day that is over; returns that there is no more to do."""
    service.ledger.close_before(_today(service, service.clock.now()))
    return False


def sign_head(service: Service) -> bool:
    """Sign a head of the ledger when one is due; returns whether there may be more to do."""
    if service.signer is None:
        return False
    now = service.clock.now()
    size = service.heads.due(now.replace(minute=0, second=0, microsecond=0))
    if size is not None:
        service.heads.make(size, now, service.signer)
    return False


def consistency(service: Service, first: int, second: int) -> dict[str, Any]:
    """The proof that the head over `second` leaves has grown out of the one over `first`; raises `Invalid`."""
    if first > second:
        raise Invalid("The first head is the smaller one.", {"first": ["has to be no more than 'second'"]})
    path = service.heads.consistency(first, second)
    if path is None:
        sizes = {"second": ["the sizes are in GET /api/v1/ledger/heads"], "first": ["the sizes are in GET /api/v1/ledger/heads"]}
        raise Invalid("There is no head of this size.", sizes)
    return {"first": first, "second": second, "path": [each.hex() for each in path]}


def public_keys(service: Service) -> list[dict[str, str]]:
    """The public keys that heads are signed with, the newest first."""
    publics = service.signer.publics if service.signer else {}
    return [{"key": name, "algorithm": "Ed25519", "public": public.hex()} for name, public in publics.items()]


def _today(service: Service, now: datetime) -> date:
    return now.astimezone(service.days.zone).date()


def forget_heard(service: Service) -> bool:
    """Forget the ids of messages heard long ago; returns whether there is more to forget."""
    return service.model.forget_heard(service.inbox_days)


LEGEND: Mapping[str, Any] = {
    "dimensions": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in DIMENSIONS.items()],
    "counts": [{"name": count.name, "zh": count.zh, "en": count.en} for count in COUNTS],
    "rates": [
        {"name": rate.name, "variant": rate.variant, "zh": rate.zh, "en": rate.en, "formula": rate.formula} for rate in RATES
    ],
    "times": [{"name": name, "zh": zh, "en": en} for name, (zh, en, _) in QUANTILES.items()],
    "notes": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in NOTES.items()],
}
