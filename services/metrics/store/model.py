"""The store as the rest of the service sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.metrics.domain.counts import Scope
from services.metrics.domain.days import WorkingDays
from services.metrics.domain.story import Fact, Row
from services.metrics.store.counting import Key, count_days, count_groups
from services.metrics.store.scraping import Tally, tally
from services.metrics.store.writing import write_batch
from services.runtime.database import Database, Transaction
from services.runtime.inbox import prune


@dataclass(frozen=True, slots=True)
class Answer:
    """What was counted, by the values of the dimensions asked for."""

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

    def count(self, scope: Scope, most: int) -> Answer | None:
        """Counts and waiting times, all of one moment; None when there are more than `most` groups."""
        with self._database.reading() as connection:
            counts = count_groups(connection, scope, most)
            if len(counts) > most:
                return None
            return Answer(counts, *count_days(connection, scope))

    def tally(self, now: datetime) -> Tally:
        """The numbers behind the series, all of one moment."""
        with self._database.reading() as connection:
            return tally(connection, now)

    def forget_heard(self, days: int) -> bool:
        """Forget the ids of messages heard more than `days` ago; a later copy changes nothing, facts being kept by id."""
        with self._database.transaction() as work:
            prune(work, days)
        return False
