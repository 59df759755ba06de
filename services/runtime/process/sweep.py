"""Periodic work on many rows: in batches while all goes well, row by row where one fails, and never stopped by it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError

from services.runtime.process.worker import PeriodicJob
from services.runtime.store.database import Database, Transaction

log = structlog.get_logger()
R = TypeVar("R")
S = TypeVar("S")
#: Where a look begins: behind the row with this key, or at the first one. Keys compare as the rows are ordered.
After = tuple[Any, ...] | None
#: How long a row rests after its first, second, … failure.
RESTS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 300, 900, 3600))


@dataclass(slots=True)
class FailedRow:
    """A row that could not be dealt with: how often, and until when it is left alone."""

    times: int
    until: datetime


@dataclass(frozen=True)
class SweepTarget(Generic[S, R]):
    """What a sweep is about. `open` makes the store of a transaction.

    `take` gives the next rows behind a key, at most `limit`, in the order of their keys; `key` names one among them. `act` deals
    with rows in the transaction that took them.
    """

    open: Callable[[Transaction], S]
    take: Callable[[S, After, int], Sequence[R]]
    key: Callable[[R], tuple[Any, ...]]
    act: Callable[[S, Sequence[R]], object]


class Sweep(Generic[S, R]):
    """Goes through what is due. A batch shares a transaction; when it fails, its rows have one each.

    A row that fails alone is logged, counted in `failed`, left alone for a while, and the others go on behind it.
    """

    def __init__(self, name: str, database: Database, due: SweepTarget[S, R], limit: int) -> None:
        self._name, self._database, self._due, self._limit = name, database, due, limit
        self._after: After = None
        #: How many of the next rows are taken one by one, because they were in a batch that failed.
        self._alone = 0
        self._failures: dict[Hashable, FailedRow] = {}
        self._seen: set[Hashable] = set()

    @property
    def failed(self) -> int:
        """How many rows could not be dealt with when they were last tried."""
        return len(self._failures)

    def job(self, seconds: float) -> PeriodicJob:
        """The sweep as a periodic job, every `seconds`."""
        return PeriodicJob(self._name, seconds, self.step, lambda: self.failed)

    def step(self) -> bool:
        """One transaction; returns whether there is more to do at once. Raises when the store is away."""
        limit = 1 if self._alone else self._limit
        rows: Sequence[R] = ()
        try:
            with self._database.transaction() as work:
                store = self._due.open(work)
                rows = self._due.take(store, self._after, limit)
                ready = [row for row in rows if not self._rests(row)]
                if ready:
                    self._due.act(store, ready)
        except OperationalError:
            raise
        except Exception as error:
            if not rows:
                raise
            return self._split(rows, error)
        for row in ready:
            self._failures.pop(self._due.key(row), None)
        return self._go_on(rows, limit)

    def _rests(self, row: R) -> bool:
        failure = self._failures.get(self._due.key(row))
        return failure is not None and self._database.clock.now() < failure.until

    def _split(self, rows: Sequence[R], error: Exception) -> bool:
        if len(rows) > 1:
            log.warning("batch_split", job=self._name, size=len(rows), error=repr(error))
            self._alone = len(rows)
            return True
        key = self._due.key(rows[0])
        times = self._failures[key].times + 1 if key in self._failures else 1
        self._failures[key] = FailedRow(times, self._database.clock.now() + RESTS[min(times, len(RESTS)) - 1])
        log.error("row_failed", job=self._name, row=list(map(str, key)), times=times, exc_info=error)
        return self._go_on(rows, 1)

    def _go_on(self, rows: Sequence[R], limit: int) -> bool:
        self._seen.update(key for key in map(self._due.key, rows) if key in self._failures)
        self._alone = max(0, self._alone - len(rows)) if rows else 0
        if len(rows) == limit:
            self._after = self._due.key(rows[-1])
            return True
        # At the end: what failed and is not due any more was dealt with by somebody else.
        self._failures = {key: failure for key, failure in self._failures.items() if key in self._seen}
        self._after, self._alone, self._seen = None, 0, set()
        return False


def behind(after: After, *columns: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """That a row comes after a key of these columns, in their order; true for all where there is none."""
    if after is None:
        return sa.true()
    same = [column == value for column, value in zip(columns, after, strict=True)]
    steps = [sa.and_(*same[:place], columns[place] > after[place]) for place in range(len(columns))]
    # The first column once more by itself, so that an index on it is used.
    return sa.and_(columns[0] >= after[0], sa.or_(*steps))
