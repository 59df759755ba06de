"""Working days between instants, as one place counts them."""

from __future__ import annotations

from datetime import date

from services.contracts.time.worktime import Calendar

MOST_REMEMBERED = 50_000


class WorkingDays:
    """Counts working days between instants in one place's calendar, and remembers what it counted."""

    def __init__(self, calendar: Calendar) -> None:
        self.zone = calendar.zone
        self._calendar = calendar
        self._known: dict[tuple[date, date], int] = {}

    def between(self, start: date, end: date) -> int:
        """How many working days lie after `start` up to and including `end`."""
        known = self._known.get((start, end))
        if known is None:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            known = self._known[start, end] = self._calendar.working_days(start, end)
        return known
