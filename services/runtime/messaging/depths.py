"""Metrics of queues: how many messages are in them, and for how long none has left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.errors import Unavailable
from services.runtime.clock import Clock
from services.runtime.messaging.probe import Distrusted
from services.runtime.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class QueueLook:
    """One look at a queue. `handled` is how many messages this process has taken from it, `since` when it last moved."""

    depth: int
    handled: float
    since: datetime


def look_at(before: QueueLook | None, depth: int, handled: float, now: datetime) -> QueueLook:
    """Compare a look with the one before: a queue moves when it is empty, shrinks, or gives this process a message."""
    still = before is not None and 0 < before.depth <= depth and before.handled == handled
    return QueueLook(depth, handled, before.since if before is not None and still else now)


class QueueWatch:
    """Looks at queues from outside, without consuming, and sets the metrics.

    `queues` gives the names to count now, those of work queues and those of what nobody could handle.
    """

    def __init__(
        self,
        depths: Callable[[Sequence[str]], Mapping[str, int]],
        queues: Callable[[], tuple[Collection[str], Collection[str]]],
        telemetry: Telemetry,
        clock: Clock,
    ) -> None:
        self._depths, self._queues, self._telemetry, self._clock = depths, queues, telemetry, clock
        self._seen: dict[str, QueueLook] = {}

    def look(self) -> bool:
        """Count once. While the broker is away, the last numbers stay. Always returns False: there is never more to do at once."""
        work, dead = self._queues()
        found: Mapping[str, int] = {}
        with contextlib.suppress(Unavailable, Distrusted):
            found = self._depths([*work, *dead])
        for queue in dead:
            if queue in found:
                self._telemetry.show("huiying_dead_letters", found[queue], queue=queue)
        for queue in work:
            if queue in found:
                self._show(queue, found[queue])
        return False

    def _show(self, queue: str, depth: int) -> None:
        now, handled = self._clock.now(), self._telemetry.counted("huiying_messages_consumed_total", queue=queue)
        seen = self._seen[queue] = look_at(self._seen.get(queue), depth, handled, now)
        self._telemetry.show("huiying_queue_messages", depth, queue=queue)
        self._telemetry.show("huiying_queue_oldest_seconds", (now - seen.since).total_seconds(), queue=queue)
