"""What was merged into a case, as its departments read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.values import OpinionText
from services.routing.store.tables import tables
from services.runtime.store.database import Instant, Transaction, row_of, rows_of

#: `sequence` is intake's number of the message that said so last, in the case that goes on.
joined = sa.Table(
    "joined",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("into", sa.String(36), primary_key=True),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("topic", sa.String(60)),
    sa.Column("area", sa.String(60)),
    sa.Column("station", sa.String(60)),
    sa.Column("at", Instant, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("parted", sa.Boolean, nullable=False),
    sa.Index("joined_into", "into", "opinion"),
)
#: How many of a case are shown and told again.
MOST_JOINED = 100


class JoinedStore:
    """What was merged into which case, within one transaction. Whatever the order, what was said last stands."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def join(self, text: OpinionText, into: str, sequence: int) -> bool:
        """Keep what an opinion says that was merged into another one; whether that is new."""
        words = {"title": text.title, "content": text.content, "topic": text.topic, "area": text.area, "station": text.station}
        return self._put(text.id, into, sequence, parted=False, **words)

    def part(self, opinion: str, into: str, sequence: int) -> bool:
        """An opinion is no longer handled with another one; whether it was until now."""
        return self._put(opinion, into, sequence, parted=True)

    def of(self, into: str) -> list[OpinionText]:
        """What is handled with an opinion, in the order in which it came."""
        return [_text(row) for row in rows_of(self._work.execute(_of(into)))]

    def _put(self, opinion: str, into: str, sequence: int, *, parted: bool, **words: Any) -> bool:
        this = (joined.c.opinion == opinion) & (joined.c.into == into)
        known = row_of(self._work.execute(sa.select(joined).where(this)))
        values = {"at": self._work.now, "sequence": sequence, "parted": parted, **words}
        if known is None:
            self._work.add(joined, {"opinion": opinion, "into": into, **_BLANK, **values})
            return not parted
        if known["sequence"] < sequence:
            self._work.execute(joined.update().where(this).values(**values))
            return bool(known["parted"]) is not parted
        return False


_BLANK: Mapping[str, Any] = {"title": "", "content": "", "topic": None, "area": None, "station": None}


def joined_to(connection: Connection, into: str) -> list[Mapping[str, Any]]:
    """What is handled with an opinion, as it is shown."""
    return [{name: row[name] for name in ("opinion", "title", "content", "at")} for row in rows_of(connection.execute(_of(into)))]


def _of(into: str) -> sa.Select[Any]:
    return sa.select(joined).where(joined.c.into == into, ~joined.c.parted).order_by(joined.c.opinion).limit(MOST_JOINED)


def _text(row: Mapping[str, Any]) -> OpinionText:
    return OpinionText(row["opinion"], row["title"], row["content"], row["topic"], row["area"], row["station"])
