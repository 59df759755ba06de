"""What was erased: what stands in the place of its words, for messages from before that are heard later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from services.contracts.messages.values import OpinionText
from services.routing.store.tables import tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among

#: `at` is when intake erased it: what was said after that is new.
erased = sa.Table(
    "erased",
    tables,
    sa.Column("opinion", sa.String(36), primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("title", sa.String(120), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)
_FOUND = sa.select(erased.c.opinion, erased.c.at, erased.c.title, erased.c.content).where(among(erased.c.opinion, "named"))
_ALONE = sa.text("LOCK TABLE erased IN ACCESS EXCLUSIVE MODE")


class ErasedStore:
    """The same within one transaction, for the opinions that were loaded."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._known: dict[str, tuple[datetime, OpinionText]] = {}

    def load(self, opinions: Collection[str], *, alone: bool) -> None:
        """Load those of a batch, before anything else of it. `alone` waits for all who have begun to keep words of opinions:
        what they keep is there then, to be erased."""
        if alone:
            self._work.hold(_ALONE)
        for opinion, at, title, content in self._work.fetch(_FOUND, {"named": sorted(opinions)}) if opinions else ():
            self._known[opinion] = at, OpinionText(opinion, title, content)

    def keep(self, text: OpinionText, at: datetime) -> None:
        """`text` stands in the place of what an opinion said until then."""
        before, values = self._known.get(text.id), {"at": at, "title": text.title, "content": text.content}
        if before is None:
            self._work.add(erased, {"opinion": text.id, **values})
        elif before[0] < at:
            self._work.execute(erased.update().where(erased.c.opinion == text.id).values(**values))
        if before is None or before[0] < at:
            self._known[text.id] = at, text

    def instead(self, opinion: str, said: datetime) -> OpinionText | None:
        """What stands in the place of what an opinion said at that time; None where that was not erased."""
        at, text = self._known.get(opinion, (None, None))
        return text if at is not None and said <= at else None
