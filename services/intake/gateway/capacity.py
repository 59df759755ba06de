"""The capacity for more opinions, from the length of the outbox and the free disk space, checked now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.errors import AtCapacity
from services.intake.domain.submission.capacity import AT_CAPACITY, CapacityLimits, capacity_left
from services.runtime.store.database import Database
from services.runtime.store.outgoing import outbox

log = structlog.get_logger()
LOOK_SECONDS = 1.0
#: A look may cost no more than this share of the time; of a million messages it takes 0.03 s in SQLite, 0.4 s in PostgreSQL.
LOOK_SHARE = 0.02


class Capacity:
    """How many more opinions one store can take. Between two looks it counts down what this process has taken itself.

    Other processes on the same store do the same, so together they may take a second's worth more than there is room for.
    """

    def __init__(self, database: Database, limits: CapacityLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._database, self._limits, self._clock = database, limits, clock
        self._counting, self._looking = threading.Lock(), threading.Lock()
        self._left, self._known, self._full, self._until = 0, False, False, float("-inf")

    def left(self) -> int | None:
        """How many more opinions fit; None while the store does not answer."""
        self.look()
        return self._left if self._known else None

    def look(self) -> None:
        """Look again if the last look is old; while one thread looks, the others go on with what is known."""
        if self._clock() < self._until or not self._looking.acquire(blocking=not self._known):
            return
        try:
            if self._clock() >= self._until:
                self._look()
        finally:
            self._looking.release()

    def take(self) -> None:
        """Count one more opinion; raises `AtCapacity` when there is none. A store that cannot be asked says so itself."""
        with self._counting:
            if self._known and self._left < 1:
                raise AtCapacity(AT_CAPACITY)
            self._left -= 1

    def _look(self) -> None:
        started = self._clock()
        try:
            with self._database.reading() as connection:
                waiting, _ = outbox.backlog(connection, self._database.clock.now())
            found: int | None = capacity_left(waiting, self._database.free_bytes(), self._limits)
        except (SQLAlchemyError, OSError) as error:
            log.warning("room_not_known", error=repr(error))
            found = None
        ended = self._clock()
        with self._counting:
            if found is not None and (found == 0) != self._full:
                self._full = found == 0
                log.warning("no_room" if self._full else "room_again", limit=self._limits.messages, reserve=self._limits.reserve)
            self._left, self._known = found or 0, found is not None
            self._until = ended + max(LOOK_SECONDS, (ended - started) / LOOK_SHARE)
