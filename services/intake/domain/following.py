"""The parts of an opinion that routing's messages set; each part keeps the value of the newest message about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.lifecycle import State
from services.intake.domain.opinion import DepartmentReply


@dataclass(frozen=True, slots=True)
class Handling:
    """Where the opinion stands and which department has it."""

    state: State
    department: str
    assignment: str


@dataclass(frozen=True, slots=True)
class Leading:
    """Whether the case is on the key list, and who leads it in person."""

    key: bool
    leader: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """The parts beside that; None for those that a message says nothing of. `asks`: the submitters are asked to rate (again)."""

    difficulty: str | None = None
    leading: Leading | None = None
    level: str | None = None
    round: int | None = None
    reply: DepartmentReply | None = None
    evaluate_by: datetime | None = None
    asks: bool = False


UNCHANGED = Change()
