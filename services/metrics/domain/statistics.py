"""The published numbers as they are asked for and answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import product
from typing import TypeAlias
from zoneinfo import ZoneInfo

from services.contracts.errors import Invalid
from services.metrics.domain.counts import COUNTS, JOINT, Scope
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.rates import PublishedFraction, published_rates
from services.metrics.domain.sums.figures import Summary
from services.metrics.domain.waiting import TimesToReply, published_times

CLOCKS_DIFFER = timedelta(minutes=1)
#: The values of the dimensions asked for, empty where one is not known.
GroupKey: TypeAlias = tuple[str | None, ...]
#: By dimension, in which groups a value counts where that is not its own alone.
Spread: TypeAlias = Mapping[str, Callable[[str], Sequence[str]]]


@dataclass(frozen=True, slots=True)
class StatisticsRequest:
    """What is asked: opinions submitted from `since` until `until`, `as_of` an instant, grouped `by` dimensions.

    A date in `until` or `as_of` includes its day. With `roll_up` a station counts what those below it in the tree have, too. Only
    what came through a `deputy` or a `group` of deputies counts where one is named.
    """

    by: tuple[str, ...] = ()
    since: date | datetime | None = None
    until: date | datetime | None = None
    as_of: date | datetime | None = None
    roll_up: bool = False
    deputy: str | None = None
    group: str | None = None

    def scope(self, zone: ZoneInfo, now: datetime) -> Scope:
        """The scope in the place's own time; raises `Invalid` that names the field."""
        begin, end = _begin(self.since, zone), _end(self.until, zone)
        if begin is not None and end is not None and begin >= end:
            raise Invalid("The period is empty.", {"to": ["lies before 'from'"]})
        named = _begin(self.as_of, zone)
        if named is not None and named > now + CLOCKS_DIFFER:
            raise Invalid("Nothing is known of the future.", {"as_of": ["lies in the future"]})
        return Scope(self.by, _end(self.as_of, zone), begin, end, self.deputy, self.group)


@dataclass(frozen=True, slots=True)
class CountsAsOf:
    """What was counted as of an instant, by group."""

    at: datetime
    groups: Mapping[GroupKey, Summary]

    @property
    def keys(self) -> list[GroupKey]:
        """The groups in their order; what is not known comes last."""
        return sorted((key for key, summary in self.groups.items() if summary), key=by_value)

    def numbers(self, keys: Iterable[GroupKey], days: WorkingDays) -> GroupNumbers:
        """Everything published for some groups together."""
        counts: Counter[str] = Counter()
        answered: Counter[int] = Counter()
        waiting: Counter[int] = Counter()
        today = self.at.astimezone(days.zone).date()
        for key in keys:
            summary = self.groups[key]
            counts.update(summary.counts)
            answered.update(summary.answered)
            for opened_on, number in summary.waiting.items():
                waiting[days.between(opened_on, today)] += number
        named = {count.name: counts[count.name] for count in COUNTS}
        return GroupNumbers(named, published_rates(counts), {"reply": published_times(answered, waiting)})


@dataclass(frozen=True, slots=True)
class GroupNumbers:
    """Everything published for one group: counts by name, rates by name and variant, times by what they are of."""

    counts: Mapping[str, int]
    rates: Mapping[str, Mapping[str, PublishedFraction]]
    times: Mapping[str, TimesToReply]


@dataclass(frozen=True, slots=True)
class GroupOfCases:
    """The numbers of the cases that have these values of the dimensions asked for."""

    key: Mapping[str, str | None]
    numbers: GroupNumbers


@dataclass(frozen=True, slots=True)
class PublishedStatistics:
    """The answer: what it is about, a group for each value of the dimensions, and the total."""

    as_of: datetime
    scope: Scope
    groups: tuple[GroupOfCases, ...]
    total: GroupNumbers


def statistics_of(counted: CountsAsOf, scope: Scope, days: WorkingDays, spread: Spread) -> PublishedStatistics:
    """The published numbers that follow from what was counted. What counts in several groups counts once in the total."""
    keys = counted.keys
    members: dict[GroupKey, list[GroupKey]] = {}
    for key in keys if scope.by else ():
        places = (spread[name](value) if value and name in spread else (value,) for name, value in zip(scope.by, key, strict=True))
        for place in product(*places):
            members.setdefault(place, []).append(key)
    groups = tuple(
        GroupOfCases(dict(zip(scope.by, place, strict=True)), counted.numbers(members[place], days))
        for place in sorted(members, key=by_value)
    )
    return PublishedStatistics(counted.at.astimezone(days.zone), scope, groups, counted.numbers(keys, days))


def each_group(value: str) -> Sequence[str]:
    """The groups of a deputy who belongs to several."""
    return value.split(JOINT)


def by_value(key: GroupKey) -> tuple[tuple[bool, str], ...]:
    """The order of groups; what is not known comes last."""
    return tuple((part is None, part or "") for part in key)


def _begin(value: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value and value.astimezone(zone)
    return datetime.combine(value, time.min, zone)


def _end(value: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return _begin(value, zone)
    return datetime.combine(value + timedelta(days=1), time.min, zone)
