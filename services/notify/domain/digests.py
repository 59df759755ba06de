"""Digests: how somebody wants to hear of notices that they have not seen, when that is due, and what there is to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple

from services.contracts.fragments import MOST_COUNTED
from services.contracts.messages.accounts import DigestWay, Language, NewsOfKind
from services.contracts.people.callers import Caller
from services.contracts.time.worktime import Calendar
from services.notify.domain.notices import Notice, audiences_of

How = Literal["bundled", "daily"]
#: Each kind leads to the newest few of its notices.
MOST_PATHS: Final = 3
#: One more than is counted, so that more than that can be told from just that many.
MOST_READ: Final = MOST_COUNTED + 1
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DigestChoice:
    """How somebody wants to hear of what is new: at most once in a stretch of office hours, or at an `hour` of each day on which
    the office opens."""

    how: How
    ways: tuple[DigestWay, ...]
    language: Language
    hour: int

    def next_at(self, calendar: Calendar, now: datetime, stretch: timedelta) -> datetime:
        """When to look next whether anything is new."""
        return daily_at(calendar, self.hour, now) if self.how == "daily" else calendar.next_opening(now + stretch)


class DueDigest(NamedTuple):
    """Somebody who may have to be told: what was told before goes up to the position `told`."""

    at: datetime
    person: str
    choice: DigestChoice
    told: int


def daily_at(calendar: Calendar, hour: int, now: datetime) -> datetime:
    """The next time that it is that hour of a day on which the office opens; within its hours."""
    day = now.astimezone(calendar.zone).date()
    while True:
        opens = calendar.next_opening(datetime.combine(day, time.min, calendar.zone)).date()
        at = calendar.next_opening(datetime.combine(opens, time(hour), calendar.zone))
        if at > now:
            return at
        day = opens + ONE_DAY


def hours_of(calendar: Calendar) -> list[int]:
    """The full hours at which the office is open, else the one in which it opens."""
    spans = calendar.office_hours.spans
    return [hour for hour in range(24) if any(start <= hour * 60 < end for start, end in spans)] or [spans[0][0] // 60]


def places_of(callers: Iterable[Caller], seen: Mapping[str, int], told: int) -> dict[str, int]:
    """Up to where somebody knows what each of their audiences is told: they have seen it in one of their roles, or were told."""
    places: dict[str, int] = {}
    for caller in callers:
        for audience in audiences_of(caller):
            places[audience] = max(places.get(audience, told), seen.get(caller.principal or "", 0))
    return places


def gathered(found: Sequence[Notice]) -> tuple[NewsOfKind, ...]:
    """Notices, the newest first, by kind: the kind with most of them comes first."""
    kinds: dict[str, list[Notice]] = {}
    for notice in found:
        kinds.setdefault(notice.kind, []).append(notice)
    news = [NewsOfKind(kind, len(own), paths_of(own)) for kind, own in kinds.items()]
    return tuple(sorted(news, key=lambda each: (-each.number, each.kind)))


def paths_of(found: Iterable[Notice]) -> tuple[str, ...]:
    """Where the newest lead to, each page once."""
    return tuple(dict.fromkeys(each.address for each in found))[:MOST_PATHS]
