"""Rows of the read model: which attribute of what is counted goes into which column."""

from __future__ import annotations

from operator import attrgetter
from typing import Final

import sqlalchemy as sa

from services.metrics.store.tables import cases, deadlines, marks, moves, promises, ratings, reminders, rounds

#: What the store adds to every derived row.
EDITION: Final = frozenset({"known_from"})


class Columns:
    """Makes rows of a table: each column has the attribute of its name, or that of a path in `paths`."""

    def __init__(self, table: sa.Table, **paths: str) -> None:
        self.table = table
        self._names = tuple(column.name for column in table.c if column.name not in EDITION)
        self._values = attrgetter(*(paths.get(name, name) for name in self._names))

    def row(self, counted: object) -> dict[str, object]:
        """The row of one thing that is counted."""
        return dict(zip(self._names, self._values(counted), strict=False))


#: Of these a round repeats what is known of its opinion, so that both can be grouped alike.
_DESCRIBED = ("topic", "area", "channel", "station", "level", "key_case", "leader", "month", "submitted_at")

PROFILES = Columns(cases)
ROUNDS = Columns(rounds, opinion="profile.id", **{name: f"profile.{name}" for name in _DESCRIBED})
PERIODS = Columns(deadlines)
MARKS = Columns(marks)
RATINGS = Columns(ratings)
PROMISES = Columns(promises)
RUNGS = Columns(reminders)
MOVES = Columns(moves)
