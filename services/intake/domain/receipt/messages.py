"""Which messages of a case may be read to the byte with its receipt: those that say nothing but what the receipt shows.

With a message, anybody can recompute its leaf in the public ledger. Of all others the ledger tells the hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import msgspec

from services.contracts.envelope import EncodedEvent
from services.contracts.messages.assignments import AssignmentConcluded, AssignmentReplied
from services.contracts.messages.opinions import (
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionReturned,
    OpinionSubmitted,
    OpinionWithdrawn,
)
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.messages.values import Message
from services.intake.domain.receipt.receipts import rater_of
from services.intake.domain.timeline import Facts

#: What every line says by where it stands, and what the receipt shows elsewhere.
_UNDERSTOOD = frozenset({"assignment", "department"})
_ELSEWHERE: Mapping[type[Message], frozenset[str]] = {
    AssignmentReplied: frozenset({"evaluate_by", "promise", "items", "co_opinions"}),
    AssignmentConcluded: frozenset({"outcome", "on_time"}),
    PromiseMade: frozenset({"due"}),
    PromiseKept: frozenset({"due"}),
    PromiseBroken: frozenset({"due"}),
}
#: The deadlines that a receipt shows, as `due` and `sign_by`.
_AWAITED = frozenset({"reply", "sign"})


@dataclass(frozen=True, slots=True)
class ReadableMessage:
    """A message that some who hold a receipt of its case may read."""

    sent: EncodedEvent

    def is_for(self, receipt: str, *, first: bool) -> bool:
        """Whether the holder of a receipt may read it: a rating is its rater's, a reason to withdraw the submitter's (`first`)."""
        match self.sent.event.data:
            case OpinionEvaluated(rater=rater):
                return rater == rater_of(receipt)
            case OpinionWithdrawn(reason=reason):
                return first or reason is None
        return True

    def is_told_to_followers(self, receipt: str) -> bool:
        """Whether the holder of a receipt may read it whose opinion was merged into this case: no other submitter's words."""
        if isinstance(self.sent.event.data, OpinionEvaluated):
            return self.is_for(receipt, first=False)
        return not self.sent.event.type.startswith("opinion.")


def shows_own(message: Message) -> bool:
    """Whether a message of intake may be read with a receipt of its opinion."""
    # Not that it was let in: it says whom the reviewer chose, and repeats the whole opinion.
    if isinstance(message, OpinionDetailed):
        return message.merged is None
    return isinstance(message, OpinionSubmitted | OpinionReturned | OpinionDeclined | OpinionWithdrawn | OpinionEvaluated)


def shows_heard(message: Message, facts: Facts) -> bool:
    """Whether all that a message of another service says is on the timeline, by its `facts` there, or elsewhere on the receipt."""
    return all(
        name in facts or value == default or (name == "deadlines" and value.keys() <= _AWAITED)
        for name, default in _to_be_shown(type(message))
        for value in (getattr(message, name),)
    )


@cache
def _to_be_shown(kind: type[Message]) -> tuple[tuple[str, object], ...]:
    """The fields of a message that the timeline has to show, with their defaults."""
    shown = _UNDERSTOOD | _ELSEWHERE.get(kind, frozenset())
    return tuple((each.name, each.default) for each in msgspec.structs.fields(kind) if each.name not in shown)
