"""How many more opinions can be stored, and the message when none can."""

from __future__ import annotations

from dataclasses import dataclass

#: Messages that wait for the broker for each opinion: submitted, accepted, and the letter to a submitter who can be reached.
MESSAGES_PER_OPINION = 3
#: What an opinion takes of an SQLite store with the messages that wait, its log included. Measured: the samples, some forty
#: characters each, 3,700; texts of 500 characters with name, telephone and address 8,300.
BYTES_PER_OPINION = 9_000
AT_CAPACITY = (
    "现在收不下更多意见建议，这次什么都没有保存。请半分钟后把同样的内容再提交一次。"
    " There is no room for more opinions right now; nothing was stored. "
    "Send the same request again in half a minute; the header Retry-After says when."
)


@dataclass(frozen=True, slots=True)
class CapacityLimits:
    """How many messages may wait for the broker, and how many bytes of an SQLite store's disk are left alone."""

    messages: int
    reserve: int


def capacity_left(waiting: int, free: int | None, limits: CapacityLimits) -> int:
    """How many more opinions fit, given the messages `waiting` and the `free` bytes of disk (None: not known)."""
    fit = (limits.messages - waiting) // MESSAGES_PER_OPINION
    if free is not None:
        fit = min(fit, (free - limits.reserve) // BYTES_PER_OPINION)
    return max(0, fit)
