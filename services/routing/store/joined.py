"""What was merged into a case, as its departments read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.errors import Retry
from services.contracts.messages.values import OpinionText
from services.routing.domain.checks import with_details
from services.routing.store.tables import tables
from services.runtime.store.database import Instant, Transaction

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

    def detail(self, opinion: str, into: str, sequence: int, details: str) -> None:
        """Keep what the submitter of a merged opinion has added with the text of it. Raises `Retry` before its merge is known."""
        this = (joined.c.opinion == opinion) & (joined.c.into == into)
        known = self._work.execute(sa.select(joined.c.sequence, joined.c.parted).where(this)).one_or_none()
        if known is None or (known.parted and known.sequence < sequence):
            raise Retry(f"details of an opinion whose merge is not known yet: {opinion}")
        if known.sequence < sequence:
            content = joined.c.content + with_details("", details)
            self._work.execute(joined.update().where(this).values(content=content, sequence=sequence))

    def erase(self, text: OpinionText) -> None:
        """Keep nothing of what a merged opinion said but what stands in its place now."""
        this = joined.c.opinion == text.id
        self._work.execute(joined.update().where(this, joined.c.title != "").values(title=text.title, content=text.content))

    def of(self, into: str) -> list[OpinionText]:
        """What is handled with an opinion, in the order in which it came."""
        return list(map(_text, self._work.execute(_of(into, *_TEXT))))

    def _put(self, opinion: str, into: str, sequence: int, *, parted: bool, **words: str | None) -> bool:
        this = (joined.c.opinion == opinion) & (joined.c.into == into)
        known = self._work.execute(sa.select(joined.c.sequence, joined.c.parted).where(this)).one_or_none()
        values = {"at": self._work.now, "sequence": sequence, "parted": parted, **words}
        if known is None:
            self._work.add(joined, {"opinion": opinion, "into": into, **_BLANK, **values})
            return not parted
        if known.sequence < sequence:
            self._work.execute(joined.update().where(this).values(**values))
            return bool(known.parted) is not parted
        return False


_BLANK: Mapping[str, str | None] = {"title": "", "content": "", "topic": None, "area": None, "station": None}
_TEXT = (joined.c.opinion, joined.c.title, joined.c.content, joined.c.topic, joined.c.area, joined.c.station)


class MergedOpinion(NamedTuple):
    """What was merged into a case, as it is shown."""

    opinion: str
    title: str
    content: str
    at: datetime


def joined_to(connection: Connection, into: str) -> list[MergedOpinion]:
    """What is handled with an opinion, as it is shown."""
    return list(map(MergedOpinion._make, connection.execute(_of(into, *(joined.c[name] for name in MergedOpinion._fields)))))


def _text(row: Sequence[Any]) -> OpinionText:
    return OpinionText(*row)


def _of(into: str, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(*columns).where(joined.c.into == into, ~joined.c.parted).order_by(joined.c.opinion).limit(MOST_JOINED)
