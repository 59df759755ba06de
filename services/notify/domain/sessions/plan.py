"""A plan of sessions: on which days it has one, and where a holiday moves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Literal

from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Invalid
from services.contracts.time.worktime import ONE_DAY, Calendar, add_months
from services.notify.domain.sessions.details import Details, Official, unknown_codes

UNKNOWN_PLAN: Final = "There is no such plan."
Shift = Literal["next", "previous", "none"]
#: How far a holiday can move a session, so that none is made again for a nominal day that lies behind us.
FURTHEST_SHIFT: Final = timedelta(days=21)


class Every(StrEnum):
    """How often a plan has a session."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    DATES = "dates"


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of a yearly list of themes."""

    day: date
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Sessions of one kind that come again: `weekly` on a weekday (1 is Monday), `fortnightly` from `begins` on, `monthly` on a day
    of the month, or on `dates`, each with its theme. `begins` and `until` are the first and the last nominal day that counts.

    A nominal day that is no working day moves to the next or the previous one, or stays (`shift`). `made_until` is the last nominal
    day that sessions were made for, `calendar` the edition of the working days that they were made by.
    """

    title: str
    kind: str
    rule: Every
    time: str
    begins: date
    code: str = ""
    until: date | None = None
    weekday: int | None = None
    day: int | None = None
    dates: tuple[PlannedDay, ...] = ()
    shift: Shift = "next"
    length: int | None = None
    brand: str | None = None
    station: str | None = None
    area: str | None = None
    place: str | None = None
    slots: int = 0
    deputies: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    officials: tuple[Official, ...] = ()
    made_until: date | None = None
    calendar: str | None = None
    updated: datetime | None = None

    def check(self, catalogue: Catalogue) -> None:
        """Raises `Invalid` that says what is missing or wrong."""
        wrong = dict(unknown_codes(catalogue, self.kind, self.station, self.area, self.departments, self.officials))
        needed = {Every.WEEKLY: "weekday", Every.MONTHLY: "day", Every.DATES: "dates"}
        for rule, name in needed.items():
            if self.rule is rule and not getattr(self, name):
                wrong[name] = [f"a {rule} plan needs it"]
            elif self.rule is not rule and getattr(self, name):
                wrong[name] = [f"only a {rule} plan has it"]
        if self.until is not None and self.until < self.begins:
            wrong["until"] = ["not before 'from'"]
        if len({each.day for each in self.dates}) != len(self.dates):
            wrong["dates"] = ["each day once"]
        if wrong:
            raise Invalid("Correct the fields named in 'errors' and send again.", wrong)

    def nominal(self, first: date, last: date) -> Iterator[PlannedDay]:
        """Its days from `first` to `last`, before holidays move them."""
        first, last = max(first, self.begins), min(last, self.until or last)
        match self.rule:
            case Every.DATES:
                yield from sorted((each for each in self.dates if first <= each.day <= last), key=lambda each: each.day)
            case Every.MONTHLY:
                yield from self._monthly(first, last)
            case Every.WEEKLY:
                day = self.begins + ONE_DAY * (((self.weekday or 1) - self.begins.isoweekday()) % 7)
                yield from _stepping(day, 7, first, last)
            case Every.FORTNIGHTLY:
                yield from _stepping(self.begins, 14, first, last)

    def _monthly(self, first: date, last: date) -> Iterator[PlannedDay]:
        month = first.replace(day=1)
        while month <= last:
            length = (add_months(month, 1) - month).days
            day = month.replace(day=min(self.day or 1, length))
            if first <= day <= last:
                yield PlannedDay(day)
            month = add_months(month, 1)

    def held_on(self, nominal: date, calendar: Calendar) -> date:
        """The day on which the session of a nominal day is."""
        if self.shift != "none":
            step = ONE_DAY if self.shift == "next" else -ONE_DAY
            while not calendar.is_working_day(nominal):
                nominal += step
        return nominal

    def details(self, planned: PlannedDay, calendar: Calendar) -> Details:
        """What is said of the session of a nominal day."""
        at = datetime.combine(self.held_on(planned.day, calendar), time.fromisoformat(self.time), calendar.zone)
        ends = at + timedelta(minutes=self.length) if self.length else None
        return Details(
            self.kind, self.title, at, ends, self.brand, planned.theme, self.station, self.area, self.place, self.slots,
            self.deputies, self.departments, self.officials,
        )  # fmt: skip


def _stepping(day: date, days: int, first: date, last: date) -> Iterator[PlannedDay]:
    if day < first:
        day += timedelta(days=-(-(first - day).days // days) * days)
    while day <= last:
        yield PlannedDay(day)
        day += timedelta(days=days)
