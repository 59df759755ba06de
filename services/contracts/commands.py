"""What a department can ask for, over AMQP (`<department>.<verb>`) and over HTTP (`POST …/{verb}`) alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.contracts.messages import Outcome, Promise

LONGEST = {"content": 20_000}


@dataclass(frozen=True, slots=True)
class Sign:
    """签收: we have it."""


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


VERBS: Mapping[str, type[Any]] = {"sign": Sign, "progress": Progress, "reply": Reply}
