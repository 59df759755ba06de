"""What a department can ask for, over AMQP (`<department>.<verb>`) and over HTTP (`POST …/{verb}`) alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.messages.values import Contact, Outcome, Promise, ReplyItem

LONGEST = {"content": 20_000, "reason": 2_000}
#: What a department can add to one assignment in one round: how often by verb, and how many characters altogether. The life cycle
#: and the catalogue limit the rest. Whoever reads a case reads all of it.
MOST: Mapping[str, int] = {"progress": 100, "object": 10, "reply": 20}
MOST_CHARACTERS = 200_000


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
    """办理进展: an interim note for the submitter and the congress office; `contact` says how the submitter was contacted."""

    content: str
    contact: Contact | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """答复: the final answer, demand by demand in `items` where there are several; `in_progress` and `planned` need a promise.

    The outcome is never better than those of the items, and a promise lies no further ahead than the catalogue's limits say.

    A co-handler gives its opinion with it, and only the lead's has to have an outcome.
    """

    content: str
    outcome: Outcome | None = None
    promise: Promise | None = None
    items: tuple[ReplyItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Resume:
    """Ends a pause early."""


@dataclass(frozen=True, slots=True)
class Keep:
    """承诺兑现: done, and here is the evidence; `promise` names it where there are several."""

    evidence: str
    promise: str | None = None


@dataclass(frozen=True, slots=True)
class Resync:
    """重新同步: send all open work of this department again, under the ids it had. Names no assignment."""


#: The moves of a department on one of its assignments.
VERBS: Mapping[str, type[Any]] = {
    "sign": Sign, "object": Object, "extend": Extend, "pause": Pause, "resume": Resume, "progress": Progress, "reply": Reply,
    "keep": Keep,
}  # fmt: skip
#: What a department can ask for beside them, naming no assignment.
REQUESTS: Mapping[str, type[Any]] = {"resync": Resync}
ALL_VERBS: Mapping[str, type[Any]] = {**VERBS, **REQUESTS}
