"""Loads and saves the histories of opinions, and what follows from them, with few statements however many messages there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice

import sqlalchemy as sa

from services.metrics.domain.history.editions import Edition, History
from services.metrics.domain.history.facts import read_history, write_history, write_more
from services.metrics.domain.history.moves import CountedMove, FiredRung
from services.metrics.store.columns import rows_of
from services.metrics.store.horizon import hold_pen
from services.metrics.store.tables import PAST, AnyRow, moves, reminders, stories
from services.metrics.store.upserts import addition, renewal
from services.runtime.store.bulk import among
from services.runtime.store.database import Transaction

_KNOWN = sa.select(stories).where(among(stories.c.opinion, "opinions"))
_STALE = sa.select(stories).where(stories.c.stale).order_by(stories.c.opinion)


class HistoryStore:
    """The histories inside one transaction. Two workers never add to the same one: the batch has to be the only writer."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        #: What is written of each history, and how many facts that is.
        self._written: dict[str, tuple[bytes, int]] = {}

    def load(self, opinions: Collection[str]) -> list[History]:
        """The histories of these opinions in the order of their ids; one that nothing is known of is empty."""
        if not opinions:
            return []
        ordered = sorted(opinions)
        known = {row.opinion: self._history(row) for row in self._work.fetch(_KNOWN, {"opinions": ordered})}
        return [known.get(opinion) or History(opinion) for opinion in ordered]

    def load_stale(self, most: int) -> list[History]:
        """Up to `most` of the histories that an older program derived; nobody else writes until the commit."""
        hold_pen(self._work)
        return [self._history(row) for row in self._work.execute(_STALE.limit(most))]

    def save(self, histories: Iterable[History]) -> None:
        """Write the editions that are unsaved, and the histories that have some."""
        dialect = self._work.connection.dialect.name
        for history in histories:
            if not history.unsaved:
                continue
            self._work.defer(renewal(stories, dialect), {
                "opinion": history.opinion, "facts": self._text(history), "edition": history.edition,
                "known_from": history.known_from, "stale": history.stale,
            })  # fmt: skip
            for edition in history.unsaved:
                _save_edition(self._work, edition, dialect)
            history.unsaved = []

    def keep(self, rungs: Iterable[FiredRung], done: Iterable[CountedMove]) -> None:
        """Add the rungs and the moves that are not there yet, by their ids."""
        for table, counted in ((reminders, rungs), (moves, done)):
            statement = addition(table, self._work.connection.dialect.name)
            for each in counted:
                self._work.defer(statement, vars(each))

    def _history(self, row: AnyRow) -> History:
        facts = {fact.id: fact for fact in read_history(row.facts)}
        self._written[row.opinion] = (row.facts, len(facts))
        return History(row.opinion, facts, row.edition, row.known_from, row.stale)

    def _text(self, history: History) -> bytes:
        if history.opinion not in self._written:
            return write_history(history.facts.values())
        text, known = self._written[history.opinion]
        # New facts come behind those that were loaded.
        return write_more(text, islice(history.facts.values(), known, None)) if known < len(history.facts) else text


def _save_edition(work: Transaction, edition: Edition, dialect: str) -> None:
    held: dict[str, object] = {"known_from": edition.known_from}
    if edition.known_until is not None:
        held |= {"edition": edition.number, "known_until": edition.known_until}
    for table, row in rows_of(edition.derived):
        row.update(held)
        work.defer(renewal(table if edition.known_until is None else PAST[table], dialect), row)
