"""What a department can ask for, over AMQP (`<department>.<verb>`) and over HTTP (`POST …/{verb}`) alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec

from services.contracts.messages.values import AwareDatetime, Contact, Outcome, Promise, ReplyItem, Value

LONGEST_CONTENT, LONGEST_REASON = 20_000, 2_000
#: What a department can add to one assignment in one round: how often by verb, and how many characters altogether. The life cycle
#: and the catalogue limit the rest. A case is always read as a whole.
MOST: Mapping[str, int] = {"progress": 100, "object": 10, "reply": 20}
MOST_CHARACTERS = 200_000

Content = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CONTENT)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_REASON)]


class Sign(Value, frozen=True):
    """签收: we have it."""


class Object(Value, frozen=True):
    """退办申请: not our duty, but that department's."""

    reason: Reason
    department: str


class Extend(Value, frozen=True):
    """延期: we need until then, because."""

    until: AwareDatetime
    reason: Reason


class Pause(Value, frozen=True):
    """挂起: we wait for the submitter; without `until`, as long as the catalogue allows."""

    reason: Reason
    until: AwareDatetime | None = None


class Progress(Value, frozen=True):
    """办理进展: an interim note for the submitter and the congress office; `contact` says how the submitter was contacted."""

    content: Content
    contact: Contact | None = None


class Reply(Value, frozen=True):
    """答复: the final answer, demand by demand in `items` where there are several; `in_progress` and `planned` need a promise.

    The outcome is never better than those of the items, and a promise lies no further ahead than the catalogue's limits say.

    A co-handler gives its opinion with it, and only the lead's has to have an outcome.
    """

    content: Content
    outcome: Outcome | None = None
    promise: Promise | None = None
    items: tuple[ReplyItem, ...] = ()


class Resume(Value, frozen=True):
    """Ends a pause early."""


class Keep(Value, frozen=True):
    """承诺兑现: done, and here is the evidence; `promise` names it where there are several."""

    evidence: Content
    promise: str | None = None


class Resync(Value, frozen=True):
    """重新同步: send all open work of this department again, under the ids it had. Names no assignment."""


#: The moves of a department on one of its assignments.
VERBS: Mapping[str, type[Value]] = {
    "sign": Sign, "object": Object, "extend": Extend, "pause": Pause, "resume": Resume, "progress": Progress, "reply": Reply,
    "keep": Keep,
}  # fmt: skip
#: What a department can ask for beside them, naming no assignment.
REQUESTS: Mapping[str, type[Value]] = {"resync": Resync}
ALL_VERBS: Mapping[str, type[Value]] = {**VERBS, **REQUESTS}
