"""The agenda of a supervision meeting (督政议事会): by department, what is overdue and by how many working days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from services.contracts.worktime import Calendar

Row = Mapping[str, Any]


def overdue_days(calendar: Calendar, due: datetime, until: datetime) -> int:
    """How many working days have passed since a deadline; 0 when it has not."""
    return calendar.working_days(due.astimezone(calendar.zone).date(), until.astimezone(calendar.zone).date())


def group_agenda(rows: Iterable[Row], calendar: Calendar, now: datetime) -> list[dict[str, Any]]:
    """What is on an agenda by department, which the rows are sorted by; the longest overdue comes first.

    A case that was answered late is overdue until then; `waiting` says that it has not been answered.
    """
    groups = []
    for department, own in groupby(rows, key=lambda row: str(row["department"])):
        items = []
        for row in own:
            until = now if row["waiting"] else row["ended"] or now
            items.append(
                {**row, "waiting": bool(row["waiting"]), "overdue_working_days": overdue_days(calendar, row["due"], until)}
            )
        items.sort(key=lambda item: -int(item["overdue_working_days"]))
        groups.append({"department": department, "items": items})
    return groups
