"""What messages are made of: enumerations and the values that several of them carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal


class Outcome(StrEnum):
    """办理结果: what a reply says about the matter."""

    SOLVED = "solved"
    IN_PROGRESS = "in_progress"
    PLANNED = "planned"
    DEFERRED = "deferred"
    REFERENCE = "reference"
    DECLINED = "declined"


class Rating(StrEnum):
    """满意度: how the submitter rates the process or the result."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"


Role = Literal["lead", "co_handler"]


class Message:
    """What all messages have in common."""

    TYPE: ClassVar[str]
    KEY: ClassVar[str | None] = "department"
    ADDRESSED: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class OpinionText:
    """What a department needs to know of an opinion."""

    id: str
    title: str
    content: str
    topic: str | None = None
    area: str | None = None
    station: str | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an opinion went where it went: the rule that matched and how sure it is (0 to 1)."""

    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Promise:
    """承诺: what will be done and by when."""

    what: str
    due: datetime
