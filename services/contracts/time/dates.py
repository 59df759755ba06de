"""Instants as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from services.contracts.words.text import value

FORMS = "2026-03-05, 2026-03-05 08:00, 2026/3/5, 2026年3月5日 8时, 2026-03-05T08:00:00+08:00"
#: What spreadsheets count days from, and between which numbers (1954 to 2119) a number is taken for such a day.
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_WRITTEN = re.compile(
    r"(?P<year>[0-9]{4})\s*(?P<mark>[-/.年])\s*(?P<month>[0-9]{1,2})\s*(?:(?P=mark)|月)\s*(?P<day>[0-9]{1,2})\s*(?:日|号)?"
    r"(?:[\sT]*(?:星期.|周.|\(.\))?[\s,]*(?P<half>上午|下午|早上|晚上|中午|AM|PM)?\s*"
    r"(?P<hour>[0-9]{1,2})\s*[:时点]\s*(?:(?P<minute>[0-9]{1,2})\s*(?:[:分]\s*(?:(?P<second>[0-9]{1,2})(?:\.[0-9]+)?\s*秒?)?)?)?"
    r"\s*(?P<after>AM|PM)?)?",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[\sT]?([0-9]{2})([0-9]{2})([0-9]{2})?)?")
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAY_END = time(23, 59, 59)
_LATE = frozenset({"下午", "晚上", "PM"})


def day_end(text: str, zone: tzinfo) -> str:
    """The last second of a day that a form's field names as `2026-03-05`, as the API takes it; any other text as it is."""
    try:
        day = date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        day = None
    return datetime.combine(day, _DAY_END, zone).isoformat() if day else text


def read_instant(text: str, zone: tzinfo) -> datetime | None:
    """The instant that a text names, by the clock of `zone` where it says no offset; the beginning of a day; None for no date."""
    plain = value(text)
    try:
        if _SERIAL.fullmatch(plain):
            return _serial(float(plain), zone)
        if found := _COMPACT.fullmatch(plain):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=zone)
        if found := _WRITTEN.fullmatch(plain):
            return _written(found, zone)
        instant = datetime.fromisoformat(plain)
    except (ValueError, OverflowError):
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _serial(days: float, zone: tzinfo) -> datetime | None:
    if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
        return None
    return (_DAY_ZERO + timedelta(seconds=round(days * 86_400))).replace(tzinfo=zone)


def _written(found: re.Match[str], zone: tzinfo) -> datetime:
    hour, half = int(found["hour"] or 0), (found["half"] or found["after"] or "").upper()
    if half in _LATE and hour < 12:
        hour += 12
    elif half in ("上午", "AM") and hour == 12:
        hour = 0
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    return datetime(year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=zone)
