"""The only place that asks what time it is, and that makes time-ordered ids."""

from __future__ import annotations

import os
import re
import time
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
_ID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


class Clock(Protocol):
    """Tells the instant."""

    def now(self) -> datetime:
        """The present instant, aware, in `ZONE`."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in `ZONE`."""
        return datetime.now(ZONE)


class FixedClock:
    """A clock that stands still until it is moved; for tests and rehearsals."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant


def new_id() -> str:
    """A UUID of version 7: 48 bits of milliseconds and 12 of the fraction of one, so that ids sort by when they were made, then 62
    random bits."""
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    digits = f"{milliseconds & 0xFFFFFFFFFFFF:012x}7{fraction:03x}{os.urandom(8).hex()}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def is_young(name: str, seconds: int) -> bool:
    """Whether an id was made by `new_id` so short a while ago, here or on a machine whose clock is about right."""
    made = _ID.match(name)
    return made is not None and abs(int(made[1] + made[2], 16) - time.time() * 1000) < seconds * 1000


def first_id(instant: datetime) -> str:
    """The least id that can have been made at an instant or later: what was made before has a lesser one."""
    milliseconds = max(0, int(instant.timestamp() * 1000))
    digits = f"{milliseconds & 0xFFFFFFFFFFFF:012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000"
