"""The store as the rest of the service sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.metrics.domain.counts import Scope
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.story import Fact, Row
from services.metrics.store.counting import Key, count_days, count_groups
from services.metrics.store.scraping import Tally, tally
from services.metrics.store.writing import hold_pen, read_horizon, renew_stale, set_horizon, take_instant, write_batch
from services.runtime.clock import Clock
from services.runtime.store.database import Database, Transaction
from services.runtime.store.inbox import prune

#: How long a batch may take to be committed. What was recorded longer ago, or before the last batch, is all there.
SETTLING = timedelta(seconds=5)


def settled(horizon: datetime | None, now: datetime) -> datetime:
    """The newest instant before which nothing more can be recorded, so that what is answered as of it stays true."""
    settling = now - SETTLING
    return settling if horizon is None else max(horizon, settling)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was counted as of an instant, by the values of the dimensions asked for."""

    at: datetime
    counts: Mapping[Key, Mapping[str, int]]
    answered: Mapping[Key, Mapping[int, int]]
    waiting: Mapping[Key, Mapping[date, int]]


class ReadModel:
    """Writes what was heard and answers what is asked."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, work: Transaction, told: Mapping[str, Sequence[Fact]], reminded: Sequence[Row], moved: Sequence[Row],
        days: WorkingDays,
    ) -> None:  # fmt: skip
        """Write a batch of facts by opinion, reminders and moves."""
        write_batch(work, told, reminded, moved, days)

    def take_instant(self, work: Transaction, clock: Clock) -> datetime:
        """The instant at which a batch is recorded, later than any before; nobody else writes until the commit."""
        return take_instant(work, clock)

    def count(self, scope: Scope, now: datetime, most: int) -> Answer | None:
        """Counts and waiting times as of the instant of the scope, or the newest there is; None for more than `most` groups.

        Whatever is recorded later, the answer as of the same instant will be the same.
        """
        if scope.at is not None and now - SETTLING < scope.at <= now:
            self._settle(scope.at)
        with self._database.snapshot() as connection:
            horizon = read_horizon(connection)
            newest = settled(horizon, now)
            at = newest if scope.at is None else min(scope.at, newest)
            back = horizon is not None and horizon > at
            counts = count_groups(connection, scope, at, most, back=back)
            if len(counts) > most:
                return None
            return Answer(at, counts, *count_days(connection, scope, at, back=back))

    def _settle(self, at: datetime) -> None:
        with self._database.reading() as connection:
            horizon = read_horizon(connection)
        if horizon is not None and horizon >= at:
            return
        with self._database.transaction() as work:
            hold_pen(work)
            horizon = read_horizon(work.connection)
            if horizon is None or horizon < at:
                set_horizon(work, at)

    def tally(self, now: datetime) -> Tally:
        """The numbers behind the series, all of one moment; of the same as the newest answer to `count`."""
        with self._database.snapshot() as connection:
            return tally(connection, settled(read_horizon(connection), now))

    def renew_stale(self, days: WorkingDays) -> bool:
        """Derive some rows again that an older program had derived; returns whether there may be more."""
        with self._database.transaction() as work:
            return renew_stale(work, days)

    def forget_heard(self, days: int) -> bool:
        """Forget the ids of messages heard more than `days` ago; a later copy changes nothing, facts being kept by id."""
        with self._database.transaction() as work:
            prune(work, days)
        return False
