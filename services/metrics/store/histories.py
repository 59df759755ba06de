"""Loads and saves the histories of opinions, and what follows from them, with few statements however many messages there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from services.metrics.domain.editions import Edition, History
from services.metrics.domain.facts import read_story, write_story
from services.metrics.domain.moves import CountedMove, FiredRung
from services.metrics.store.columns import MARKS, MOVES, PERIODS, PROFILES, PROMISES, RATINGS, ROUNDS, RUNGS, Columns
from services.metrics.store.tables import PAST, stories
from services.metrics.store.upserts import addition, renewal
from services.runtime.store.database import Transaction

_KNOWN = sa.select(stories).where(stories.c.opinion.in_(sa.bindparam("opinions", expanding=True)))
_STALE = sa.select(stories).where(stories.c.stale).order_by(stories.c.opinion)


def load_histories(work: Transaction, opinions: Collection[str]) -> list[History]:
    """The histories of these opinions in the order of their ids; one that nothing is known of is empty."""
    if not opinions:
        return []
    ordered = sorted(opinions)
    known = {row.opinion: _history(row) for row in work.execute(_KNOWN, {"opinions": ordered})}
    return [known.get(opinion) or History(opinion) for opinion in ordered]


def load_stale(work: Transaction, most: int) -> list[History]:
    """Up to `most` of the histories that an older program derived."""
    return [_history(row) for row in work.execute(_STALE.limit(most))]


def save_histories(work: Transaction, histories: Iterable[History]) -> None:
    """Write the editions that are unsaved, and the histories that have some."""
    dialect = work.connection.dialect.name
    for history in histories:
        if not history.unsaved:
            continue
        work.defer(renewal(stories, dialect), {
            "opinion": history.opinion, "facts": write_story(history.facts.values()), "edition": history.edition,
            "known_from": history.known_from, "stale": history.stale,
        })  # fmt: skip
        for edition in history.unsaved:
            _save_edition(work, edition, dialect)
        history.unsaved = []


def keep_rungs(work: Transaction, rungs: Iterable[FiredRung]) -> None:
    """Add the rungs that are not there yet."""
    _keep(work, RUNGS, rungs)


def keep_moves(work: Transaction, moves: Iterable[CountedMove]) -> None:
    """Add the moves that are not there yet."""
    _keep(work, MOVES, moves)


def _history(row: sa.Row[tuple[object, ...]]) -> History:
    facts = {fact.id: fact for fact in read_story(row.facts)}
    return History(row.opinion, facts, row.edition, row.known_from, row.stale)


def _save_edition(work: Transaction, edition: Edition, dialect: str) -> None:
    derived = edition.derived
    kept: tuple[tuple[Columns, Sequence[object]], ...] = (
        (PROFILES, (derived.profile,)), (ROUNDS, derived.rounds), (PERIODS, derived.periods), (MARKS, derived.marks),
        (RATINGS, derived.ratings), (PROMISES, derived.promises),
    )  # fmt: skip
    held: dict[str, object] = {"known_from": edition.known_from}
    if edition.known_until is not None:
        held |= {"edition": edition.number, "known_until": edition.known_until}
    for columns, counted in kept:
        if counted:
            table = columns.table if edition.known_until is None else PAST[columns.table]
            statement = renewal(table, dialect)
            for each in counted:
                work.defer(statement, columns.row(each) | held)


def _keep(work: Transaction, columns: Columns, counted: Iterable[object]) -> None:
    statement = addition(columns.table, work.connection.dialect.name)
    for each in counted:
        work.defer(statement, columns.row(each))
