"""Working days, deadlines and office hours, with Chinese public holidays and make-up days.

The holidays are those of the State Council's yearly notices as the `chinesecalendar` package publishes them; a
place adds its own closures. Years after the last published one fall back to the weekday rule, and every deadline
counted there is marked provisional.
"""

from __future__ import annotations

import calendar as months
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from chinese_calendar import constants as notices

from services.contracts.time.durations import Duration

HOLIDAYS: Final[Mapping[date, str]] = notices.holidays
MAKE_UP_DAYS: Final[Mapping[date, str]] = notices.workdays
LAST_PUBLISHED_YEAR: Final[int] = max(HOLIDAYS).year
FIRST_PUBLISHED_YEAR: Final[int] = min(HOLIDAYS).year

NAMES_ZH: Final[Mapping[str, str]] = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利 70 周年纪念日",
}
WEEKDAYS_ZH: Final = "一二三四五六日"

ONE_DAY: Final = timedelta(days=1)
END_OF_DAY: Final = time(23, 59, 59)
REMEMBERED: Final = 50_000
INSTANTS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Closure:
    """Why a place is closed on a day that would otherwise be a working day."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When reminders may go out: `spans` of minutes after midnight (start included, end excluded), in order.

    With `every_day` weekends, holidays and closures are open too.
    """

    spans: tuple[tuple[int, int], ...] = ((8 * 60 + 30, 12 * 60), (14 * 60, 17 * 60 + 30))
    every_day: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the last second that is still in time, and whether an unpublished holiday notice may move it."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class DayNote:
    """One line of an explained deadline: a day, whether it counted, and why."""

    day: date
    counted: bool
    zh: str
    en: str


class Calendar:
    """The working days of one place. Pure and thread-safe; answers are remembered per (date, duration).

    A deadline in wd, mo or d is 23:59:59 local time of its day; h, m and s are plain elapsed time. Only wd deadlines
    can be provisional, because months and calendar days do not depend on holidays.
    """

    def __init__(
        self,
        timezone: str = "Asia/Shanghai",
        closures: Mapping[date, Closure | str] | None = None,
        office_hours: OfficeHours | None = None,
    ) -> None:
        """Raises zoneinfo.ZoneInfoNotFoundError for an unknown time zone."""
        self.zone = ZoneInfo(timezone)
        self.closures: dict[date, Closure] = {
            day: Closure(why, why) if isinstance(why, str) else why for day, why in (closures or {}).items()
        }
        self.office_hours = office_hours or OfficeHours()
        # Opinions that are handled together begin at one instant, and all of a day end alike.
        self._due = lru_cache(INSTANTS)(self._count)
        self._due_after = lru_cache(REMEMBERED)(self._count_days)

    @cached_property
    def edition(self) -> str:
        """Tells these working days from others: the same in every process that has them."""
        days = (sorted(each) for each in (HOLIDAYS, MAKE_UP_DAYS, self.closures))
        text = ";".join(",".join(day.isoformat() for day in each) for each in days)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_working_day(self, day: date) -> bool:
        """Whether `day` counts: no closure, no holiday, and a weekday or a make-up day."""
        if day in self.closures:
            return False
        return day in MAKE_UP_DAYS or (day.weekday() < 5 and day not in HOLIDAYS)

    def explain_day(self, day: date) -> tuple[bool, str, str]:
        """(counted, why in Chinese, why in English) of one day."""
        counted = self.is_working_day(day)
        zh, en = self._reason(day)
        if is_unpublished(day):
            zh, en = f"{zh}（{day.year} 年放假安排未公布，暂按周历计）", f"{en} (holidays of {day.year} not published yet)"
        return counted, zh, en

    def due(self, start: datetime, duration: Duration) -> Due:
        """When `duration` from the aware instant `start` ends; the day of `start` is day 0.

        Month ends are clamped: one month after 31 January is the last day of February.
        Raises ValueError when `start` has no time zone.
        """
        return self._due(start, duration)

    def before(self, deadline: datetime, duration: Duration) -> datetime:
        """`duration` ahead of a deadline: the start (00:00) of the day that many days or months earlier.

        One working day before a Friday is the start of Thursday. Elapsed durations are subtracted.
        """
        return self._step(deadline, duration, forward=False)

    def after(self, deadline: datetime, duration: Duration) -> datetime:
        """`duration` past a deadline: the start (00:00) of the day that many days or months later.

        `1wd` is the start of the first working day past the deadline. Elapsed durations are added.
        """
        return self._step(deadline, duration, forward=True)

    def half_way(self, start: datetime, deadline: datetime) -> datetime:
        """Half time: the start of the middle working day, or the middle instant when fewer than two lie between."""
        first, last = self._local(start).date(), self._local(deadline).date()
        working = self.working_days(first, last)
        if working < 2:
            return self._later(start, (deadline.astimezone(UTC) - start.astimezone(UTC)) / 2)
        return datetime.combine(self._walk(first, (working + 1) // 2, ONE_DAY), time.min, self.zone)

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie after the day `after` up to and including `until`; 0 when none."""
        return sum(self.is_working_day(after + ONE_DAY * n) for n in range(1, (until - after).days + 1))

    def explain(self, start: datetime, duration: Duration) -> list[DayNote]:
        """Day by day, how the deadline comes about; calendar and elapsed durations have one line for the last day."""
        due = self.due(start, duration).at
        day = self._local(start).date()
        if duration.unit != "wd":
            return [DayNote(due.date(), True, *_explain_calendar(day, due, duration))]
        notes = []
        while day < due.date():
            day += ONE_DAY
            notes.append(DayNote(day, *self.explain_day(day)))
        return notes

    def next_opening(self, moment: datetime) -> datetime:
        """`moment` itself when it falls within office hours, else the next opening (local time)."""
        local = self._local(moment)
        minutes = local.hour * 60 + local.minute
        day = local.date()
        if self._opens(day):
            for start, end in self.office_hours.spans:
                if start <= minutes < end:
                    return moment
                if minutes < start:
                    return self._clock(day, start)
        day += ONE_DAY
        while not self._opens(day):
            day += ONE_DAY
        return self._clock(day, self.office_hours.spans[0][0])

    def _count(self, start: datetime, duration: Duration) -> Due:
        local = self._local(start)
        elapsed = duration.elapsed
        if elapsed is not None:
            return Due(self._later(start, elapsed), provisional=False)
        return self._due_after(local.date(), duration)

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {moment.isoformat()}")
        return moment.astimezone(self.zone)

    def _later(self, moment: datetime, elapsed: timedelta) -> datetime:
        # Arithmetic on a local clock would lose or gain an hour where clocks change.
        return (moment.astimezone(UTC) + elapsed).astimezone(self.zone)

    def _opens(self, day: date) -> bool:
        return self.office_hours.every_day or self.is_working_day(day)

    def _clock(self, day: date, minutes: int) -> datetime:
        return datetime.combine(day, time(minutes // 60, minutes % 60), self.zone)

    def _walk(self, day: date, working_days: int, step: timedelta) -> date:
        while working_days:
            day += step
            working_days -= self.is_working_day(day)
        return day

    def _count_days(self, day: date, duration: Duration) -> Due:
        last = self._shift(day, duration, forward=True)
        at = datetime.combine(last, END_OF_DAY, self.zone)
        return Due(at, provisional=duration.unit == "wd" and is_unpublished(last))

    def _shift(self, day: date, duration: Duration, *, forward: bool) -> date:
        sign = 1 if forward else -1
        if duration.unit == "wd":
            return self._walk(day, duration.amount, sign * ONE_DAY)
        if duration.unit == "mo":
            return add_months(day, sign * duration.amount)
        return day + timedelta(days=sign * duration.amount)

    def _step(self, moment: datetime, duration: Duration, *, forward: bool) -> datetime:
        local = self._local(moment)
        elapsed = duration.elapsed
        if elapsed is not None:
            return self._later(moment, elapsed if forward else -elapsed)
        return datetime.combine(self._shift(local.date(), duration, forward=forward), time.min, self.zone)

    def _reason(self, day: date) -> tuple[str, str]:
        if day in self.closures:
            closure = self.closures[day]
            return f"本地停止办公：{closure.name}", f"closed here: {closure.name_en}"
        if day in MAKE_UP_DAYS:
            name = MAKE_UP_DAYS[day]
            return f"{NAMES_ZH.get(name, name)}调休上班", f"make-up working day for {name}"
        if day in HOLIDAYS:
            name = HOLIDAYS[day]
            return f"{NAMES_ZH.get(name, name)}放假", f"holiday: {name}"
        weekday = f"星期{WEEKDAYS_ZH[day.weekday()]}"
        if day.weekday() < 5:
            return f"{weekday}，工作日", f"{day:%A}, working day"
        return f"{weekday}，周末", f"{day:%A}, weekend"


def is_unpublished(day: date) -> bool:
    """Whether no holiday notice covers the year of `day`, so that only weekdays are known."""
    return not FIRST_PUBLISHED_YEAR <= day.year <= LAST_PUBLISHED_YEAR


def add_months(day: date, amount: int) -> date:
    """`day` moved by calendar months, forwards or backwards, clamped to the end of a shorter month."""
    count = day.year * 12 + day.month - 1 + amount
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def parse_spans(written: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Read office hours such as `["08:30-12:00", "14:00-17:30"]` into minutes after midnight; `24:00` is allowed.

    Raises ValueError when a span is empty, malformed, or not after the one before it.
    """
    spans: list[tuple[int, int]] = []
    for text in written:
        start, _, end = text.partition("-")
        span = (_minutes(start), _minutes(end))
        if span[0] >= span[1] or (spans and span[0] < spans[-1][1]):
            raise ValueError(f"office hours have to run forwards: {text!r}")
        spans.append(span)
    if not spans:
        raise ValueError("office hours need at least one span, such as 08:30-12:00")
    return tuple(spans)


def _minutes(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    if colon and len(hours) == len(minutes) == 2 and (hours + minutes).isascii() and (hours + minutes).isdigit():
        total = int(hours) * 60 + int(minutes)
        if int(minutes) < 60 and total <= 24 * 60:
            return total
    raise ValueError(f"not a time of day: {text!r}, expected HH:MM-HH:MM")


def _explain_calendar(day: date, due: datetime, duration: Duration) -> tuple[str, str]:
    if duration.elapsed is not None:
        return f"按实际时间计 {duration.zh}", f"{duration.en} of elapsed time"
    if duration.unit == "mo" and due.day != day.day:
        return f"满 {duration.zh}，当月无 {day.day} 日，取月末", f"{duration.en} later, clamped to the end of the month"
    return f"满 {duration.zh}（自然日，节假日不顺延）", f"{duration.en} later by the calendar, holidays included"
