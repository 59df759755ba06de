"""The notification to a department about a changed calendar: which of its deadlines have moved, and to when."""

from __future__ import annotations

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.messages.supervision import CalendarChanged
from services.contracts.messages.values import Moved
from services.contracts.words.vocabulary import DEADLINES, word

MOST_LISTED = 30
TITLE = "【期限调整】{count} 项 · {count} deadlines moved"
BODY = """{department}：
因“{reason}”，贵单位 {count} 项办理期限有变动：
{lines}
—— {place}

{department_en}: because of "{reason}", {count} of your deadlines have moved:
{lines_en}
— {place_en}
"""


def write_calendar_notification(message: CalendarChanged, catalogue: Catalogue) -> tuple[str, str]:
    """The title and the body of the one notification about all deadlines of a department that have moved, Chinese first."""
    department, count = stored.department(catalogue, message.department), len(message.moved)
    body = BODY.format(
        department=department.name,
        department_en=department.name_en,
        reason=message.reason, count=count, place=catalogue.name, place_en=catalogue.name_en,
        lines="\n".join(_lines(message.moved, catalogue, 0, f"……共 {count} 项")),
        lines_en="\n".join(_lines(message.moved, catalogue, 1, f"… {count} in all")),
    )  # fmt: skip
    return TITLE.format(count=count), body


def _lines(moved: tuple[Moved, ...], catalogue: Catalogue, language: int, rest: str) -> list[str]:
    zone = catalogue.calendar.zone
    lines = [
        f"- {each.assignment} {word(DEADLINES, each.kind)[language]}: "
        f"{each.before.astimezone(zone):%Y-%m-%d %H:%M} → {each.after.astimezone(zone):%Y-%m-%d %H:%M}"
        for each in moved[:MOST_LISTED]
    ]
    return lines + ([rest] if len(moved) > MOST_LISTED else [])
