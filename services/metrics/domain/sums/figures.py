"""The figures that one row adds to, each as a short text with how much it adds.

A count of `COUNTS` is its place in the table. One that begins when a deadline passes has that instant behind it: `17@1764…`. A
first reply is `a` with the working days that it took, and who waits for one is `w` with the day since when. What only the series
need is a JSON list: a name of `SERIES` and the values of its labels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import repeat
from operator import attrgetter, is_
from typing import Any, TypeAlias

import orjson

from services.contracts.words.vocabulary import RATINGS
from services.metrics.domain.counts import COUNTS, FIRST, LEAD, Above, Condition, Happened, Is, Kept, NotYet, Passed
from services.metrics.domain.history.ratings import ASPECTS

Figures: TypeAlias = dict[str, int]
#: What a row adds to beside plain figures: the text of the figure, and how much.
Adding: TypeAlias = Callable[[object], tuple[str, int]]
#: More values of labels than any catalogue has.
MOST_LABELS = 10_000
#: Raised when the same rows come to other figures than before, without a change of the tables below.
EDITION = 1
EPOCH, MICROSECOND, SECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1), 1_000_000


@dataclass(frozen=True, slots=True)
class SeriesFigure:
    """What a series counts that no published count has: rows of `of` that meet all `conditions`, by `labels`.

    With `weight` the seconds in that column are added up, in microseconds.
    """

    of: Kept
    conditions: tuple[Condition, ...]
    labels: tuple[str, ...]
    weight: str = ""


SERIES: Mapping[str, SeriesFigure] = {
    "created": SeriesFigure("round", (FIRST,), ("created_topic",)),
    "reviewed": SeriesFigure("case", (Happened("reviewed_at"),), ("decision",)),
    "replied": SeriesFigure("round", (Happened("replied_at"),), ("reply_bucket",)),
    "reply_seconds": SeriesFigure("round", (Happened("replied_at"),), (), "reply_seconds"),
    "concluded": SeriesFigure("round", (LEAD, Happened("concluded_at")), ("outcome", "concluded_in_time")),
    **{aspect: SeriesFigure("rating", (Is(aspect, tuple(RATINGS)),), (aspect,)) for aspect in ASPECTS},
    "reminded": SeriesFigure("reminder", (), ("rung",)),
}
_NAMES = tuple(count.name for count in COUNTS)
_FIRST_REPLY: tuple[Condition, ...] = (FIRST, LEAD, Happened("replied_at"))
_AWAITED: tuple[Condition, ...] = (FIRST, LEAD, NotYet("replied_at"), NotYet("ended_at"))
#: Changes with what rows come to. Sums that were made by another formula are made again.
FORMULA = sha256(repr((EDITION, [(c.of, c.conditions) for c in COUNTS], SERIES)).encode()).hexdigest()[:16]


def microseconds(instant: datetime) -> int:
    """An instant as a number that figures and stores have."""
    return (instant - EPOCH) // MICROSECOND


@dataclass(frozen=True, slots=True)
class _Found:
    """What rows that are alike add to: `plain` figures, once each, and those that depend on more of the row."""

    plain: tuple[str, ...]
    adding: tuple[Adding, ...]


class RowFigures:
    """Tells what rows of one kind add to, as of the instant of the latest thing that is known of them.

    Rows that are alike in all that the conditions look at add to the same figures, which are found once.
    """

    def __init__(self, kind: Kept) -> None:
        self._kind = kind
        self._conditions = {count.name: count.conditions for count in COUNTS if count.of == kind}
        self._series = {name: each for name, each in SERIES.items() if each.of == kind}
        every = [*self._conditions.values(), *(each.conditions for each in self._series.values())]
        every += [_FIRST_REPLY, _AWAITED] if kind == "round" else []
        looked_at = {condition.column: condition for conditions in every for condition in conditions}
        instants = sorted(name for name, each in looked_at.items() if isinstance(each, Happened | NotYet | Passed))
        self._width = len(instants)
        self._read = _reader((*instants, *sorted(looked_at.keys() - set(instants))))
        self._known: dict[tuple[object, ...], _Found] = {}

    def add(self, row: object, figures: Figures) -> None:
        """Add what a row adds."""
        values = self._read(row)
        # Of instants, only whether they are known makes rows differ.
        alike = (*map(is_, values[: self._width], repeat(None)), *values[self._width :])
        found = self._known.get(alike)
        if found is None:
            found = self._known[alike] = self._find(row)
        for name in found.plain:
            figures[name] = figures.get(name, 0) + 1
        for adding in found.adding:
            name, number = adding(row)
            figures[name] = figures.get(name, 0) + number

    def _find(self, row: object) -> _Found:
        plain: list[str] = []
        adding: list[Adding] = []
        for place, name in enumerate(_NAMES):
            if name in self._conditions and _meets(row, self._conditions[name]):
                passed = [each.column for each in self._conditions[name] if isinstance(each, Passed)]
                if passed:
                    adding.append(_when_passed(f"{place}@", passed[0]))
                else:
                    plain.append(str(place))
        adding += [_labelled(name, each) for name, each in self._series.items() if _meets(row, each.conditions)]
        if self._kind == "round" and _meets(row, _FIRST_REPLY):
            adding.append(lambda row: (f"a{row.reply_days}", 1))  # type: ignore[attr-defined]
        elif self._kind == "round" and _meets(row, _AWAITED):
            adding.append(lambda row: (f"w{row.opened_on.toordinal()}", 1))  # type: ignore[attr-defined]
        return _Found(tuple(plain), tuple(adding))


def _reader(names: tuple[str, ...]) -> Callable[[object], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    single = [attrgetter(name) for name in names]
    return lambda row: tuple([read(row) for read in single])


def _meets(row: object, conditions: tuple[Condition, ...]) -> bool:
    """Whether a row meets conditions as of now. One that waits for a deadline meets it in due time."""
    for condition in conditions:
        value = getattr(row, condition.column)
        match condition:
            case Happened() | Passed():
                met = value is not None
            case NotYet():
                met = value is None
            case Is(values=values):
                met = value in values
            case Above(limit=limit):
                met = value > limit
        if not met:
            return False
    return True


def _when_passed(prefix: str, column: str) -> Adding:
    return lambda row: (f"{prefix}{microseconds(getattr(row, column))}", 1)


def _labelled(name: str, figure: SeriesFigure) -> Adding:
    read, named = _reader(figure.labels), lru_cache(maxsize=MOST_LABELS)(lambda labels: orjson.dumps([name, *labels]).decode())

    def adding(row: object) -> tuple[str, int]:
        return named(read(row)), round(getattr(row, figure.weight) * SECOND) if figure.weight else 1

    return adding


def is_of_series(figure: str) -> bool:
    """Whether only the series have the figure."""
    return figure[0] == "["


def settle(figures: Figures, at: datetime) -> Figures:
    """The figures without those that are 0, and with deadlines that have passed by `at` as such."""
    limit, settled = microseconds(at), Counter[str]()
    for figure, number in figures.items():
        if number:
            place, _, due = figure.partition("@") if figure[0].isdigit() else (figure, "", "")
            settled[place if due and int(due) < limit else figure] += number
    return {figure: number for figure, number in settled.items() if number}


@dataclass(slots=True)
class Summary:
    """Figures as of an instant, as the statistics and the series have them."""

    counts: Counter[str] = field(default_factory=Counter)
    answered: Counter[int] = field(default_factory=Counter)
    waiting: Counter[date] = field(default_factory=Counter)
    series: dict[str, Counter[tuple[Any, ...]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.counts or self.answered or self.waiting)


def summary_of(figures: Figures, at: datetime) -> Summary:
    """What figures come to as of an instant; a deadline that lies ahead counts for nothing."""
    found = Summary()
    for figure, number in settle(figures, at).items():
        if figure.isdigit():
            found.counts[_NAMES[int(figure)]] = number
        elif figure[0] == "a":
            found.answered[int(figure[1:])] = number
        elif figure[0] == "w":
            found.waiting[date.fromordinal(int(figure[1:]))] = number
        elif is_of_series(figure):
            name, *labels = orjson.loads(figure)
            found.series.setdefault(name, Counter())[tuple(labels)] = number
    return found
