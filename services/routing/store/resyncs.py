"""Sending a department all its open work again: who asked, how far it is, and what is open."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import WITH_DEPARTMENT
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.store.promises import PROMISES, promises
from services.routing.store.tables import assignments, tables
from services.runtime.store.database import INSERTS, Instant, Transaction

#: `reached` is the last assignment that was sent again.
resyncs = sa.Table(
    "resyncs",
    tables,
    sa.Column("department", sa.String(40), primary_key=True),
    sa.Column("reached", sa.String(36), nullable=False),
    sa.Column("asked", Instant, nullable=False),
)
_LONGEST = (
    sa.select(resyncs.c.department, resyncs.c.reached)
    .order_by(resyncs.c.asked, resyncs.c.department)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_IS_OPEN = assignments.c.state.in_(WITH_DEPARTMENT)


class AskedResync(NamedTuple):
    """A department that is being sent all its open work, and the last assignment that was sent."""

    department: str
    reached: str


class ResyncStore:
    """Resyncs within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def ask(self, department: str) -> None:
        """Start at the first assignment, also when a resync is under way: a department that asks again has lost what it got."""
        new = INSERTS[self._work.connection.dialect.name](resyncs).values(department=department, reached="", asked=self._work.now)
        again = {"reached": new.excluded.reached, "asked": new.excluded.asked}
        self._work.execute(new.on_conflict_do_update(index_elements=[resyncs.c.department], set_=again))

    def next(self) -> AskedResync | None:
        """The one that has waited longest, held until the commit; what another worker holds is passed over."""
        return next((AskedResync._make(row) for row in self._work.fetch(_LONGEST)), None)

    def go_on(self, department: str, reached: str) -> None:
        """Note how far it is, behind the others that wait."""
        row = resyncs.c.department == department
        self._work.execute(resyncs.update().where(row).values(reached=reached, asked=self._work.now))

    def end(self, department: str) -> None:
        """Everything was sent."""
        self._work.execute(resyncs.delete().where(resyncs.c.department == department))

    def open_work(self, department: str, after: str, limit: int) -> dict[str, str]:
        """The opinions of what is open behind an id, by assignment, oldest first."""
        mine = sa.select(assignments.c.id, assignments.c.opinion).where(assignments.c.department == department, _IS_OPEN)
        found = self._work.execute(mine.where(assignments.c.id > after).order_by(assignments.c.id).limit(limit))
        return {row.id: row.opinion for row in found}

    def open_promises(self, department: str, limit: int) -> list[TrackedPromise]:
        """What a department has promised and not kept yet, the earliest due first."""
        mine = PROMISES.query.where(promises.c.department == department, promises.c.state == "open")
        return PROMISES.all(self._work.execute(mine.order_by(promises.c.due, promises.c.id).limit(limit)))


def count_open(connection: Connection, department: str) -> int:
    """How many assignments of a department are open."""
    query = sa.select(sa.func.count()).select_from(assignments).where(assignments.c.department == department, _IS_OPEN)
    return int(connection.execute(query).scalar() or 0)
