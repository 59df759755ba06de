"""The queue of those who review: what waits, the oldest first, narrowed to what somebody looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.intake.domain.opinion import Opinion
from services.intake.store.opinions import OPINIONS, read
from services.intake.store.similarity.wordings import is_first_of
from services.intake.store.tables import opinions
from services.runtime.store.counting import count_up_to

#: What may be the beginning of an id.
_ID: Final = re.compile("[0-9a-f][0-9a-f-]{3,35}")


@dataclass(frozen=True, slots=True)
class WaitingQueue:
    """Opinions in one of these states, narrowed by column to values of which one will do, and to words, each of which stands in the
    title or in the text, or begins the number. `grouped`: of those that say the same the first one that is found."""

    states: Sequence[str]
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words: Sequence[str] = ()
    grouped: bool = False

    def has(self, table: sa.FromClause) -> Iterator[sa.ColumnElement[bool]]:
        """What is true of each of them, as rows of a table of opinions."""
        yield table.c.state.in_(self.states)
        for name, values in self.columns.items():
            # Not the bare column: what waits is few, and the index of a topic has all cases that ever had it.
            yield sa.func.coalesce(table.c[name], "").in_(values)
        for word in self.words:
            begin = word.lower()
            numbers = (table.c.id.startswith(begin, autoescape=True),) if _ID.fullmatch(begin) else ()
            yield sa.or_(*(each.icontains(word, autoescape=True) for each in (table.c.title, table.c.content)), *numbers)


def waiting(connection: Connection, queue: WaitingQueue, after: str | None, limit: int, *, back: bool = False) -> list[Opinion]:
    """What waits behind an id, the oldest first, one more than `limit`; `back`: before the id, the nearest first."""
    own = opinions.c.id
    query = OPINIONS.where(*queue.has(opinions)).order_by(own.desc() if back else own).limit(limit + 1)
    if queue.grouped:
        query = query.where(is_first_of(queue.has))
    if after is not None:
        query = query.where(own < after if back else own > after)
    return read(connection.execute(query))


def count_waiting(connection: Connection, queue: WaitingQueue, most: int) -> int:
    """How many opinions wait, those that say the same counted each; one more than `most` for any number beyond that."""
    return count_up_to(connection, sa.select(opinions.c.id).where(*queue.has(opinions)), most)
