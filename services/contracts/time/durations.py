"""Lengths of time as people write them in the catalogue: `5wd`, `3mo`, `10d`, `24h`, `30m`, `20s`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

Unit = Literal["wd", "mo", "d", "h", "m", "s"]

UNITS: dict[str, tuple[str, str, str]] = {
    "wd": ("个工作日", "working day", "working days"),
    "mo": ("个月", "month", "months"),
    "d": ("天", "day", "days"),
    "h": ("小时", "hour", "hours"),
    "m": ("分钟", "minute", "minutes"),
    "s": ("秒", "second", "seconds"),
}
SECONDS: dict[str, int] = {"h": 3600, "m": 60, "s": 1}
LONGEST = 9999

_WRITTEN = re.compile(r"([0-9]{1,9})(wd|mo|d|h|m|s)")


@dataclass(frozen=True, slots=True)
class Duration:
    """`amount` (1 to 9999) of `unit`: wd working days, mo calendar months, d calendar days, h, m, s elapsed time.

    Raises ValueError for an amount or unit outside of that.
    """

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}, expected one of {', '.join(UNITS)}")
        if not 1 <= self.amount <= LONGEST:
            raise ValueError(f"a duration is 1 to {LONGEST} of its unit, not {self.amount}")

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def elapsed(self) -> timedelta | None:
        """Plain elapsed time for h, m and s; None for durations that are counted in days or months."""
        seconds = SECONDS.get(self.unit)
        return None if seconds is None else timedelta(seconds=self.amount * seconds)

    @property
    def zh(self) -> str:
        """For people, in Chinese: `5 个工作日`."""
        return f"{self.amount} {UNITS[self.unit][0]}"

    @property
    def en(self) -> str:
        """For people, in English: `5 working days`."""
        return f"{self.amount} {UNITS[self.unit][1 if self.amount == 1 else 2]}"


def parse_duration(text: str) -> Duration:
    """Read `5wd`, `3mo`, `10d`, `24h`, `30m` or `20s`; `str()` of the result gives the text back.

    Raises ValueError that says what was expected.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"not a duration: {text!r}, expected a whole number and a unit ({', '.join(UNITS)}), such as 5wd")
    return Duration(int(match[1]), cast(Unit, match[2]))
