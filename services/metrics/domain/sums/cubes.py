"""By which dimensions sums are kept, and which questions they answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeAlias

import orjson

from services.metrics.domain.counts import DIMENSIONS, Scope
from services.metrics.domain.statistics import GroupKey
from services.metrics.domain.sums.contributions import Described
from services.metrics.domain.sums.figures import Figures, is_of_series

MONTH, DEPARTMENT = "month", "department"
#: Dimensions that share sums: few pairs of their values occur, so one alone is added up from both.
TOGETHER: tuple[tuple[str, ...], ...] = (("station", "session_kind", "theme"), ("code_kind", "campaign"), ("deputy", "group"))
#: There are too many sessions, each of few opinions, to keep sums of them: those are counted from the rows.
UNSUMMED = frozenset({"session"})
_PAIRED = frozenset(name for names in TOGETHER for name in names)
#: The dimensions by which sums are kept, each for every month of submission and for all of them together.
KEPT: tuple[tuple[str, ...], ...] = ((), *((name,) for name in DIMENSIONS if name not in {MONTH, *_PAIRED, *UNSUMMED}), *TOGETHER)
#: The sums of what only the series have.
SERIES = "series"
#: In place of the month: of all months, and of what has none.
ALL_MONTHS, NO_MONTH = "", "-"
_PLACE: Mapping[str, int] = {name: place for place, name in enumerate(DIMENSIONS)}
#: A cube, a month and the values of its dimensions.
Address: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Months:
    """The months of submission from `first` and before `end`, None for no limit; only what has one when it is `limited`."""

    limited: bool = False
    first: str | None = None
    end: str | None = None

    def __contains__(self, month: str | None) -> bool:
        if month is None:
            return not self.limited
        return (self.first is None or month >= self.first) and (self.end is None or month < self.end)


def months_of(scope: Scope, latest: datetime | None) -> Months | None:
    """The months that a question is about, when nothing was submitted after `latest`; None where it parts a month."""
    until = None if scope.until is None or latest is None or scope.until > latest else scope.until
    if any(bound is not None and (bound.day != 1 or bound.time() != time.min) for bound in (scope.since, until)):
        return None
    limited = scope.since is not None or scope.until is not None
    return Months(limited, *(None if bound is None else f"{bound:%Y-%m}" for bound in (scope.since, until)))


@dataclass(frozen=True, slots=True)
class Cube:
    """The sums that answer the question of a `scope`: those by `dimensions`, `by_month` or not, of some months."""

    dimensions: tuple[str, ...]
    by_month: bool
    months: Months
    scope: Scope

    @property
    def name(self) -> str:
        """What it is called in the store."""
        return cube_name(self.dimensions)

    def key(self, month: str, values: str) -> GroupKey | None:
        """The group, in the order of the question, of what is kept for a month and some values; None where it is not asked for."""
        named: dict[str, str | None] = dict(zip(self.dimensions, orjson.loads(values), strict=True))
        named[MONTH] = None if month == NO_MONTH else month
        if not self.scope.has(named.get("deputy"), named.get("group")):
            return None
        return tuple(named[name] for name in self.scope.by)

    def key_of(self, described: Described) -> GroupKey | None:
        """The group of what changed; None where it is not asked for."""
        if described[_PLACE[MONTH]] not in self.months:
            return None
        if not self.scope.has(described[_PLACE["deputy"]], described[_PLACE["group"]]):
            return None
        return tuple(described[_PLACE[name]] for name in self.scope.by)


def cube_for(scope: Scope, latest: datetime | None) -> Cube | None:
    """The kept sums that answer a question; None for a question that has to be counted from the rows."""
    months = months_of(scope, latest)
    asked = scope.dimensions - {MONTH}
    dimensions = next((kept for kept in KEPT if asked.issubset(kept)), None)
    if months is None or dimensions is None:
        return None
    return Cube(dimensions, MONTH in scope.by or months.limited, months, scope)


def cube_name(dimensions: Iterable[str]) -> str:
    """What the sums by some dimensions are called in the store."""
    return ",".join(dimensions) or "all"


def add_up(changed: Iterable[tuple[Described, Figures]]) -> dict[Address, Figures]:
    """What changes come to in every sum that is kept."""
    found: dict[Address, Figures] = {}
    for described, figures in changed:
        published = {figure: number for figure, number in figures.items() if not is_of_series(figure)}
        for address in _addresses(described):
            _add(found.setdefault(address, {}), published)
        if len(published) < len(figures):
            series = {figure: number for figure, number in figures.items() if is_of_series(figure)}
            key = orjson.dumps((described[_PLACE[DEPARTMENT]],)).decode()
            _add(found.setdefault((SERIES, ALL_MONTHS, key), {}), series)
    for (cube, month, key), figures in list(found.items()):
        if month != ALL_MONTHS:
            _add(found.setdefault((cube, ALL_MONTHS, key), {}), figures)
    return found


def _addresses(described: Described) -> Iterator[Address]:
    month = described[_PLACE[MONTH]] or NO_MONTH
    for dimensions in KEPT:
        yield cube_name(dimensions), month, orjson.dumps([described[_PLACE[name]] for name in dimensions]).decode()


def _add(to: Figures, figures: Mapping[str, int]) -> None:
    for figure, number in figures.items():
        to[figure] = to.get(figure, 0) + number
