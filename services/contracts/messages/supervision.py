"""Promises, the rungs of the ladder, and refused commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from services.contracts.messages.values import Message


@dataclass(frozen=True, slots=True)
class PromiseMade(Message):
    """承诺: an outcome that lies in the future, to be tracked until `due`."""

    TYPE: ClassVar[str] = "promise.made"
    assignment: str
    department: str
    what: str
    due: datetime


@dataclass(frozen=True, slots=True)
class ReminderSent(Message):
    """提醒/催办: a rung of the ladder fired for a deadline (`of`)."""

    TYPE: ClassVar[str] = "reminder.sent"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CardIssued(Message):
    """黄牌/红牌: a rung that carries a card."""

    TYPE: ClassVar[str] = "card.issued"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    card: Literal["yellow", "red"]
    deadline: datetime


@dataclass(frozen=True, slots=True)
class SupervisionRaised(Message):
    """督办: a rung at which the congress itself steps in."""

    TYPE: ClassVar[str] = "supervision.raised"
    ADDRESSED: ClassVar[bool] = True
    assignment: str
    department: str
    rung: str
    of: str
    deadline: datetime


@dataclass(frozen=True, slots=True)
class CommandRejected(Message):
    """Why a department's command was refused; `command` is the command's own id."""

    TYPE: ClassVar[str] = "command.rejected"
    ADDRESSED: ClassVar[bool] = True
    command: str
    verb: str
    department: str
    detail: str
    errors: Mapping[str, tuple[str, ...]]
