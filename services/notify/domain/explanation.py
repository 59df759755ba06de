"""Explaining deadlines: each day counted or skipped, and why, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.contracts.catalogue.model import Difficulty
from services.contracts.errors import Invalid
from services.contracts.time.durations import Duration, parse_duration
from services.contracts.time.worktime import Calendar, DayNote

#: The longest that is told day by day, and the years in which deadlines may start.
LONGEST: Mapping[str, int] = {"wd": 500, "mo": 120, "d": 3660, "h": 87_600, "m": 9999, "s": 9999}
YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a deadline comes about. `counted` is the number of days that count."""

    start: datetime
    duration: Duration
    due: datetime
    provisional: bool
    counted: int
    days: tuple[DayNote, ...]

    @property
    def zh(self) -> str:
        """In one Chinese sentence."""
        doubt = "（含放假安排未公布的年份，暂定）" if self.provisional else ""
        day_zero = "" if self.duration.elapsed else "，当日不计"
        return f"自 {self.start:%Y-%m-%d %H:%M} 起 {self.duration.zh}{day_zero}，截止 {self.due:%Y-%m-%d %H:%M:%S}{doubt}。"

    @property
    def en(self) -> str:
        """In one English sentence."""
        doubt = ", provisional because holidays are not published yet" if self.provisional else ""
        day_zero = "" if self.duration.elapsed else ", its day not counted"
        return f"{self.duration.en} from {self.start:%Y-%m-%d %H:%M}{day_zero}: due {self.due:%Y-%m-%d %H:%M:%S}{doubt}."


def read_rule(rule: str, difficulties: Mapping[str, Difficulty]) -> Duration:
    """The duration that `rule` means: one itself (`5wd`) or a limit of the catalogue (`ordinary.reply`).

    Raises `Invalid` that names what would have been right.
    """
    code, dot, kind = rule.partition(".")
    try:
        duration = difficulties[code].deadlines[kind] if dot else parse_duration(rule)
    except KeyError:
        known = ", ".join(f"{name}.{kind}" for name, entry in difficulties.items() for kind in entry.deadlines)
        raise _not_right("rule", f"no such limit; the catalogue has {known}") from None
    except ValueError as error:
        raise _not_right("rule", str(error)) from error
    if duration.amount > LONGEST[duration.unit]:
        raise _not_right("rule", f"at most {LONGEST[duration.unit]}{duration.unit}")
    return duration


def explain(calendar: Calendar, start: datetime, duration: Duration) -> Explanation:
    """Count `duration` from the aware instant `start`; raises `Invalid` for a start outside of `YEARS`."""
    if start.year not in YEARS:
        raise _not_right("from", f"a year from {YEARS[0]} to {YEARS[-1]}")
    local = start.astimezone(calendar.zone)
    due = calendar.due(local, duration)
    days = tuple(calendar.explain(local, duration))
    return Explanation(local, duration, due.at, due.provisional, sum(note.counted for note in days), days)


def _not_right(field: str, reason: str) -> Invalid:
    return Invalid("Ask with from=<RFC 3339> and rule=<duration such as 5wd, or difficulty.kind>.", {field: [reason]})
