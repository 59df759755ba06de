"""What a department can ask for, over AMQP (`<department>.<verb>`) and over HTTP (`POST …/{verb}`) alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.messages import Outcome, Promise

LONGEST = {"content": 20_000, "reason": 2_000}


@dataclass(frozen=True, slots=True)
class Sign:
    """签收: we have it."""


@dataclass(frozen=True, slots=True)
class Object:
    """退办申请: not our duty, but that department's."""

    reason: str
    department: str


@dataclass(frozen=True, slots=True)
class Extend:
    """延期: we need until then, because."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """挂起: we wait for the submitter; without `until`, as long as the catalogue allows."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """办理进展: an interim note for the submitter and the congress office."""

    content: str


@dataclass(frozen=True, slots=True)
class Reply:
    """答复: the final answer; `in_progress` and `planned` should say in `promise` what will be done and by when."""

    content: str
    outcome: Outcome
    promise: Promise | None = None


VERBS: Mapping[str, type[Any]] = {
    "sign": Sign, "object": Object, "extend": Extend, "pause": Pause, "progress": Progress, "reply": Reply,
}  # fmt: skip
