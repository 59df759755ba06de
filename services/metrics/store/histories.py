"""Loads and saves the histories of opinions, and what follows from them, with few statements however many messages there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import islice
from typing import TypeVar

import sqlalchemy as sa

from services.metrics.domain.history.editions import Edition, History
from services.metrics.domain.history.facts import read_history, write_history, write_more
from services.metrics.domain.history.moves import CountedMove, Done, FiredRung
from services.metrics.domain.sums.contributions import Contribution
from services.metrics.store.columns import rows_of
from services.metrics.store.horizon import hold_pen
from services.metrics.store.tables import PAST, AnyRow, moves, reminders, stories
from services.metrics.store.upserts import renewal
from services.runtime.store.database import Transaction
from services.runtime.store.statements.bulk import among

_KNOWN = sa.select(stories).where(among(stories.c.opinion, "opinions"))
_UNCOUNTED = sa.select(stories).where(stories.c.counted.is_(None)).order_by(stories.c.opinion)
_IDS = {table: sa.select(table.c.id).where(among(table.c.id, "ids")) for table in (reminders, moves)}
_DONE = tuple(
    sa.select(table).where(among(table.c.opinion, "opinions")).order_by(at, table.c.id)
    for table, at in ((reminders, reminders.c.sent_at), (moves, moves.c.at))
)
N = TypeVar("N", FiredRung, CountedMove)


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

    def load_uncounted(self, most: int) -> list[History]:
        """Up to `most` of the histories that are not in the sums; nobody else writes until the commit."""
        hold_pen(self._work)
        return [self._history(row) for row in self._work.execute(_UNCOUNTED.limit(most))]

    def save(self, histories: Iterable[History]) -> None:
        """Write histories, and the editions of theirs that are unsaved."""
        dialect = self._work.connection.dialect.name
        for history in histories:
            counted = history.counted.text() if history.counted is not None else None
            self._work.defer(renewal(stories, dialect), {
                "opinion": history.opinion, "facts": self._text(history), "edition": history.edition,
                "known_from": history.known_from, "counted": counted,
            })  # fmt: skip
            for edition in history.unsaved:
                _save_edition(self._work, edition, dialect)
            history.unsaved = []

    def keep(self, done: Done) -> Done:
        """Add the rungs and the moves that are not there yet, by their ids, and return them."""
        return Done(self._add(reminders, done.rungs), self._add(moves, done.moves))

    def done(self, opinions: Collection[str]) -> Done:
        """The rungs and the moves of some opinions, oldest first."""
        given = {"opinions": sorted(opinions)}
        rungs, others = (self._work.fetch(query, given) for query in _DONE)
        return Done([FiredRung(**row._asdict()) for row in rungs], [CountedMove(**row._asdict()) for row in others])

    def _add(self, table: sa.Table, counted: Sequence[N]) -> list[N]:
        if not counted:
            return []
        ids = {each.id for each in counted}
        known = {row.id for row in self._work.fetch(_IDS[table], {"ids": sorted(ids)})}
        fresh = {each.id: each for each in reversed(counted) if each.id not in known}
        for each in fresh.values():
            self._work.add(table, vars(each))
        return list(fresh.values())

    def _history(self, row: AnyRow) -> History:
        facts = {fact.id: fact for fact in read_history(row.facts)}
        self._written[row.opinion] = (row.facts, len(facts))
        counted = Contribution.read(row.counted) if row.counted is not None else None
        return History(row.opinion, facts, row.edition, row.known_from, counted)

    def _text(self, history: History) -> bytes:
        text, known = self._written.get(history.opinion, (b"", 0))
        if not known:
            return write_history(history.facts.values())
        # New facts come behind those that were loaded.
        return write_more(text, islice(history.facts.values(), known, None)) if known < len(history.facts) else text


def _save_edition(work: Transaction, edition: Edition, dialect: str) -> None:
    held: dict[str, object] = {"known_from": edition.known_from}
    if edition.known_until is not None:
        held |= {"edition": edition.number, "known_until": edition.known_until}
    for table, row in rows_of(edition.derived):
        row.update(held)
        work.defer(renewal(table if edition.known_until is None else PAST[table], dialect), row)
