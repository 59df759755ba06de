"""Opinions that the model was not sure of: they wait for a person to say whose duty they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.values import Learned, OpinionText
from services.routing.store.tables import tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.nouns import JsonValue

#: `message` is what intake said when it let the opinion in; nothing once somebody has decided, or nobody needs to any more.
doubts = sa.Table(
    "doubts",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("model", sa.Integer, nullable=False, index=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("learned", JsonValue(Learned), nullable=False),
    sa.Column("message", sa.LargeBinary),
)
_WAITING = doubts.c.message.is_not(None)
sa.Index("doubts_waiting", doubts.c.opinion, sqlite_where=_WAITING, postgresql_where=_WAITING)


@dataclass(frozen=True, slots=True)
class Doubt:
    """An opinion that waits, what the model thought of it, and how sure it was."""

    at: datetime
    confidence: float
    learned: Learned
    message: OpinionAccepted


class DoubtStore:
    """Doubts within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def hold(self, message: OpinionAccepted, confidence: float, learned: Learned) -> None:
        """Let an opinion wait for a person."""
        values = {
            "at": self._work.now, "model": learned.version, "confidence": confidence, "learned": learned,
            "message": msgspec.json.encode(message),
        }  # fmt: skip
        if self.knows(message.opinion.id):
            self._work.execute(doubts.update().where(doubts.c.opinion == message.opinion.id).values(**values))
        else:
            self._work.add(doubts, {"opinion": message.opinion.id, **values})

    def knows(self, opinion: str) -> bool:
        """Whether an opinion waits or has waited."""
        return self._work.execute(sa.select(doubts.c.opinion).where(doubts.c.opinion == opinion)).first() is not None

    def find(self, opinion: str) -> Doubt | None:
        """An opinion that waits, held until the end of the transaction."""
        query = _DOUBTS.where(doubts.c.opinion == opinion).with_for_update()
        return next(iter(map(_doubt, self._work.execute(query))), None)

    def change(self, text: OpinionText) -> None:
        """Another text for an opinion, if it waits."""
        found = self.find(text.id)
        if found is not None:
            body = msgspec.json.encode(msgspec.structs.replace(found.message, opinion=text))
            self._work.execute(doubts.update().where(doubts.c.opinion == text.id).values(message=body))

    def erase(self, text: OpinionText) -> None:
        """Keep nothing of what an opinion said but what stands in its place now, whether it waits or has waited."""
        self.change(text)
        this = doubts.c.opinion == text.id
        for (learned,) in self._work.execute(sa.select(doubts.c.learned).where(this)).all():
            self._work.execute(doubts.update().where(this).values(learned=learned.without_words))

    def end(self, opinion: str) -> None:
        """It waits no longer."""
        self._work.execute(doubts.update().where(doubts.c.opinion == opinion).values(message=None))


def waiting(connection: Connection, after: str | None, limit: int) -> list[Doubt]:
    """Opinions that wait, oldest first, and one more than `limit`."""
    query = _DOUBTS.where(doubts.c.opinion > (after or "")).order_by(doubts.c.opinion).limit(limit + 1)
    return list(map(_doubt, connection.execute(query)))


def oldest(connection: Connection) -> datetime | None:
    """Since when the oldest has waited."""
    return connection.execute(sa.select(sa.func.min(doubts.c.at)).where(_WAITING)).scalar()


def doubted_since(connection: Connection, version: int) -> Mapping[int, int]:
    """How often a version and later ones were not sure."""
    query = sa.select(doubts.c.model, sa.func.count()).where(doubts.c.model >= version).group_by(doubts.c.model)
    return {row[0]: row[1] for row in connection.execute(query)}


_DOUBTS = sa.select(doubts.c.at, doubts.c.confidence, doubts.c.learned, doubts.c.message).where(_WAITING)


def _doubt(row: Any) -> Doubt:
    return Doubt(row.at, row.confidence, row.learned, msgspec.json.decode(row.message, type=OpinionAccepted))
