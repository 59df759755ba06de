"""The read model as the rest of the service sees it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from services.metrics.domain.counts import Scope
from services.metrics.domain.history.batch import Batch
from services.metrics.domain.statistics import CountsAsOf, GroupKey
from services.metrics.domain.sums.figures import Summary
from services.metrics.domain.sums.tally import SeriesTally, tally
from services.metrics.store.changing import Sums
from services.metrics.store.counting import count_anew, count_series
from services.metrics.store.histories import HistoryStore
from services.metrics.store.horizon import hold_pen, read_horizon, set_horizon, take_instant
from services.metrics.store.sessions import SessionEditions, count_sessions
from services.metrics.store.summing import summed_groups, summed_series
from services.runtime.clock import Clock
from services.runtime.store.database import Database, Transaction
from services.runtime.store.inbox import prune

#: More departments and channels than any place has.
MOST_LABELS = 10_000
#: How long a batch may take to be committed. What was recorded longer ago, or before the last batch, is all there.
SETTLING = timedelta(seconds=5)


def _groups(connection: Connection, scope: Scope, at: datetime, most: int, *, back: bool) -> Mapping[GroupKey, Summary]:
    summed = summed_groups(connection, scope, at)
    return count_anew(connection, scope, at, most, back=back) if summed is None else summed


def settled(horizon: datetime | None, now: datetime) -> datetime:
    """The newest instant before which nothing more can be recorded, so that what is answered as of it stays true."""
    settling = now - SETTLING
    return settling if horizon is None else max(horizon, settling)


class ReadModel:
    """Loads and saves histories, and answers queries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, work: Transaction, clock: Clock) -> Batch:
        """A batch, recorded later than any before; nobody else writes until the commit."""
        return Batch(take_instant(work, clock))

    def histories(self, work: Transaction) -> HistoryStore:
        """The histories inside a transaction."""
        return HistoryStore(work)

    def sums(self, work: Transaction) -> Sums:
        """The sums inside the transaction of the only writer."""
        return Sums(work)

    def let_go(self, work: Transaction) -> None:
        """Let go of all sums, so that every opinion is counted again; nobody else writes until the commit."""
        hold_pen(work)
        Sums(work).begin_again()

    def count(self, scope: Scope, now: datetime, most: int) -> CountsAsOf | None:
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
            groups = _groups(connection, scope, at, most, back=back)
        counted = CountsAsOf(at, groups)
        return counted if len(counted.keys) <= most else None

    def sessions(self, work: Transaction, names: Iterable[str]) -> SessionEditions:
        """What is known of some sessions, inside a transaction."""
        return SessionEditions(work, names)

    def count_sessions(self, scope: Scope, at: datetime) -> dict[GroupKey, Counter[str]]:
        """What is counted of sessions as of an instant that `count` has answered for."""
        with self._database.snapshot() as connection:
            return count_sessions(connection, scope, at)

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

    def tally(self, now: datetime) -> SeriesTally:
        """The numbers behind the series, all of one moment; of the same as the newest answer to `count`."""
        with self._database.snapshot() as connection:
            at = settled(read_horizon(connection), now)
            departments, channels = (
                _groups(connection, Scope((dimension,)), at, MOST_LABELS, back=False) for dimension in ("department", "channel")
            )
            series = summed_series(connection, at)
            return tally(departments, channels, count_series(connection) if series is None else series)

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A writing transaction on the read model."""
        return self._database.transaction()

    def forget_received(self, days: int) -> None:
        """Forget the ids of messages received more than `days` ago; a later copy changes nothing, facts being kept by id."""
        with self._database.transaction() as work:
            prune(work, days)
