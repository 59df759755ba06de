"""Refills a department's queue that was emptied or recreated: work it has not acted on is sent again, with the same ids."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from services.contracts.errors import HuiyingError
from services.routing.store.unsigned import forget_done, queues_waited_for, send_again
from services.runtime.store.database import Database

log = structlog.get_logger()
Depths = Callable[[Sequence[str]], Mapping[str, int]]
#: A queue is empty because its department has consumed it, or because somebody purged it. A program that keeps what it takes
#: gets copies, which it drops by their ids; so this is repeated less and less often.
RESTS = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 360, 1440))
LOOK_SECONDS, FORGET_SECONDS = 60.0, 3600.0


class Resending:
    """Looks at the queues of departments from which something is waited for; `unqueued` have none, or one that is not filled."""

    def __init__(self, database: Database, depths: Depths, unqueued: Callable[[], Collection[str]] = frozenset) -> None:
        self._database, self._depths, self._unqueued = database, depths, unqueued
        self._due: dict[str, tuple[int, datetime]] = {}

    def look(self) -> bool:
        """Send again what lies in no queue and nobody has acted on for long enough; there is never more to do at once."""
        now = self._database.clock.now()
        with self._database.reading() as connection:
            queues = queues_waited_for(connection, now - RESTS[0], self._unqueued())
        depths: Mapping[str, int] = {}
        # While the broker is away its queues cannot be checked.
        with contextlib.suppress(HuiyingError):
            depths = self._depths(queues) if queues else {}
        self._due = {queue: rest for queue, rest in self._due.items() if queue in queues}
        for queue in (queue for queue, depth in depths.items() if depth == 0):
            tries, due = self._due.get(queue, (0, now))
            if due <= now:
                self._due[queue] = tries + 1, now + RESTS[min(tries + 1, len(RESTS) - 1)]
                self._send(queue)
        return False

    def forget(self) -> bool:
        """Let go of what was kept for departments that have acted since."""
        with self._database.transaction() as work:
            forget_done(work.connection, work.now.timestamp())
        return False

    def _send(self, queue: str) -> None:
        with self._database.transaction() as work:
            work.said += (count := send_again(work.connection, queue))
        if count:
            log.warning("department_sent_again", queue=queue, messages=count)
