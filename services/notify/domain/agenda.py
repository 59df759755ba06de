"""The agenda of a supervision meeting (督政议事会): by department, what is overdue and by how many working days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.contracts.time.worktime import Calendar
from services.notify.domain.supervisions import Meeting, Supervision


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """A supervision with how its case goes on: `waiting` for an answer still, or answered (or paused) at `ended`.

    `meeting` is what deals with it, where that was asked for.
    """

    supervision: Supervision
    waiting: bool
    ended: datetime | None
    meeting: Meeting | None = None

    def overdue_days(self, calendar: Calendar, now: datetime) -> int:
        """How many working days it is overdue; one that was answered late was so until then."""
        until = now if self.waiting or self.ended is None else min(self.ended, now)
        return overdue_days(calendar, self.supervision.due, until)


@dataclass(frozen=True, slots=True)
class OverdueEntry:
    """An entry of an agenda and how many working days it is overdue."""

    entry: AgendaEntry
    overdue_working_days: int


@dataclass(frozen=True, slots=True)
class AgendaGroup:
    """What an agenda has of one department, the longest overdue first."""

    department: str
    entries: tuple[OverdueEntry, ...]


def overdue_days(calendar: Calendar, due: datetime, until: datetime) -> int:
    """How many working days have passed since a deadline; 0 when it has not."""
    return calendar.working_days(due.astimezone(calendar.zone).date(), until.astimezone(calendar.zone).date())


def group_agenda(entries: Iterable[AgendaEntry], calendar: Calendar, now: datetime) -> list[AgendaGroup]:
    """What is on an agenda by department, which the entries are sorted by."""
    groups = []
    for department, own in groupby(entries, key=lambda entry: entry.supervision.department):
        overdue = [OverdueEntry(entry, entry.overdue_days(calendar, now)) for entry in own]
        overdue.sort(key=lambda each: -each.overdue_working_days)
        groups.append(AgendaGroup(department, tuple(overdue)))
    return groups
