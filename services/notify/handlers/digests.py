"""Telling people what is new, once, where they have not seen it; by way of the service that has the accounts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from services.contracts.envelope import UNNUMBERED
from services.contracts.messages.accounts import DigestDue
from services.contracts.people.callers import Caller
from services.notify.domain.digests import DueDigest, gathered, places_of
from services.notify.domain.notices import audiences_of

if TYPE_CHECKING:
    from services.contracts.time.worktime import Calendar
    from services.notify.store.digests import DigestStore

#: As what each of some persons may act now; those who are erased are not in it.
ActingAs = Callable[[Collection[str]], Mapping[str, Sequence[Caller]]]


@dataclass(frozen=True, slots=True)
class DigestWork:
    """What it takes to tell people what is new in a unit of work; `stretch` is what those who are told at once wait between."""

    store: DigestStore
    acting: ActingAs
    calendar: Calendar
    stretch: timedelta


def tell(telling: DigestWork, due: Sequence[DueDigest]) -> None:
    """Tell those of these who have something new, and look at each again when they want it."""
    store = telling.store
    acting = telling.acting([each.person for each in due])
    store.forget([each.person for each in due if each.person not in acting])
    callers = [caller for own in acting.values() for caller in own]
    seen = store.seen([caller.principal or "" for caller in callers])
    newest = store.newest(sorted({audience for caller in callers for audience in audiences_of(caller)}))
    for each in due:
        places = places_of(acting.get(each.person, ()), seen, each.told)
        behind = {audience: place for audience, place in places.items() if newest.get(audience, 0) > place}
        told = _tell(store, each, behind) if behind else each.told
        store.save(each.person, told, each.choice.next_at(telling.calendar, store.now, telling.stretch))


def _tell(store: DigestStore, each: DueDigest, places: Mapping[str, int]) -> int:
    """Say what is new behind some places; returns up to where somebody is told with it."""
    found = store.news(places)
    if found:
        message = DigestDue(each.choice.ways, each.choice.language, gathered(found))
        store.publish(message, subject=each.person, sequence=UNNUMBERED)
    return found[0].position if found else each.told
