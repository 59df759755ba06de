"""The ledger: closing days, signing heads, and proofs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.contracts.errors import Invalid, NotFound

if TYPE_CHECKING:
    from services.metrics.domain.ledger.proofs import HeadProof, InclusionProof
    from services.metrics.handlers.service import Service

_SUBJECT = re.compile("[0-9a-f]{64}")


def leaves_of(service: Service, day: str) -> Iterator[list[bytes]]:
    """The leaves of a day, some at a time; raises `NotFound`."""
    known = service.ledger.day(day)
    if known is None:
        raise NotFound("Nothing was heard on this day; GET /api/v1/ledger has the days.")
    return service.ledger.leaves(known)


def proofs(service: Service, subject: str, after: int | None, limit: int) -> list[InclusionProof]:
    """Up to `limit` leaves of a subject behind the one numbered `after`, with their proofs; raises `NotFound` for none at all."""
    found = service.ledger.proofs(bytes.fromhex(subject), after, limit) if _SUBJECT.fullmatch(subject) else []
    if not found and after is None:
        raise NotFound("The ledger has nothing of this subject, which is SHA-256 of 'huiying-ledger' and the opinion's id in hex.")
    return found


def consistency(service: Service, first: int, second: int) -> list[bytes]:
    """The proof that the head over `second` leaves has grown out of the one over `first`; raises `Invalid`."""
    if first > second:
        raise Invalid("The first head is the smaller one.", {"first": ["has to be no more than 'second'"]})
    path = service.heads.consistency(first, second)
    if path is None:
        sizes = {"second": ["the sizes are in GET /api/v1/ledger/heads"], "first": ["the sizes are in GET /api/v1/ledger/heads"]}
        raise Invalid("There is no head of this size.", sizes)
    return path


def inclusion(service: Service, event: str) -> HeadProof:
    """Where an event is counted, with the proof that a signed head covers it; raises `NotFound`."""
    found = service.heads.inclusion(event)
    if found is None:
        raise NotFound("The ledger has no leaf of this event, or not yet.")
    return found


def close_day(service: Service) -> bool:
    """Close the day that is over; returns that there is no more to do."""
    service.ledger.close_before(service.day_of(service.clock.now()))
    return False


def sign_head(service: Service) -> bool:
    """Sign a head of the ledger when one is due; returns that there is no more to do."""
    if service.signer is None:
        return False
    now = service.clock.now()
    size = service.heads.due(now.replace(minute=0, second=0, microsecond=0))
    if size is not None:
        service.heads.make(size, now, service.signer)
    return False
