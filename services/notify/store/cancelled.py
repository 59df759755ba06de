"""Who is told nothing any more: those whose letters were cancelled, for what was asked for before and is heard later."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from services.notify.store.tables import tables
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.statements.bulk import among

#: `holder` is what is left of an opinion and a receipt of it: nothing that leads back to either. `at` is when intake said so.
cancelled = sa.Table(
    "cancelled", tables, sa.Column("holder", sa.String(64), primary_key=True), sa.Column("at", Instant, nullable=False)
)
_FOUND = sa.select(cancelled.c.holder, cancelled.c.at).where(among(cancelled.c.holder, "holders"))
_ALONE = sa.text("LOCK TABLE cancelled IN ACCESS EXCLUSIVE MODE")
#: An opinion or a session, and a receipt of it.
Holder = tuple[str, str]


class CancelledHolders:
    """The same within one transaction, for the holders that its batch names."""

    def __init__(self, work: Transaction, named: Collection[Holder], *, alone: bool) -> None:
        """`alone` waits for all who have begun to keep letters: what they keep is there then, to be thrown away."""
        self._work = work
        if alone:
            work.hold(_ALONE)
        found = work.fetch(_FOUND, {"holders": sorted(map(_digest, named))}) if named else ()
        self._known: dict[str, datetime] = dict(map(tuple, found))

    def keep(self, holder: Holder, at: datetime) -> None:
        """Nothing that was asked for until then is sent to the holder."""
        key, before = _digest(holder), self._known.get(_digest(holder))
        if before is None:
            self._work.add(cancelled, {"holder": key, "at": at})
        elif before < at:
            self._work.execute(cancelled.update().where(cancelled.c.holder == key).values(at=at))
        self._known[key] = max(at, before or at)

    def has(self, holder: Holder, asked: datetime) -> bool:
        """Whether what was asked for at that time is sent to the holder no more."""
        at = self._known.get(_digest(holder))
        return at is not None and asked <= at


def _digest(holder: Holder) -> str:
    return hashlib.sha256(" ".join(holder).encode()).hexdigest()
