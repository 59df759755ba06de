"""The calendars that deadlines were counted with, and what each change of them has moved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import WITH_DEPARTMENT, State
from services.contracts.messages.values import Moved
from services.routing.domain.moves.rescheduling import AdoptedCalendar, CalendarBasis, MovedDeadline
from services.routing.store.tables import assignments, tables
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction
from services.runtime.store.nouns import JsonValue, NounTable
from services.runtime.web.lists.listing import newest_first

#: Every calendar that was in force, the newest last. `reached` is the last assignment that was looked at, `done` when the last
#: department had been told.
calendars = sa.Table(
    "calendars",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("basis", JsonValue(CalendarBasis), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("reached", sa.String(36), nullable=False),
    sa.Column("done", Instant),
)
reschedulings = sa.Table(
    "reschedulings",
    tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("calendar", sa.String(36), nullable=False),
    sa.Column("assignment", sa.String(36), nullable=False, index=True),
    sa.Column("opinion", sa.String(36), nullable=False),
    sa.Column("department", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("before", Instant, nullable=False),
    sa.Column("after", Instant, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("told", Instant),
    sa.Index("reschedulings_department", "department", "id"),
)
_UNANNOUNCED = reschedulings.c.told.is_(None)
sa.Index(
    "reschedulings_untold", reschedulings.c.department, reschedulings.c.id, sqlite_where=_UNANNOUNCED, postgresql_where=_UNANNOUNCED
)
#: With a department, or waiting for a rating; as literals, so that both databases see that the partial index fits.
_STATES = (*WITH_DEPARTMENT, State.REPLIED)
MOVING = assignments.c.state.in_([sa.literal_column(f"'{state}'") for state in _STATES])
sa.Index("assignments_moving", assignments.c.id, sqlite_where=MOVING, postgresql_where=MOVING)


_THIS = calendars.update().where(calendars.c.id == sa.bindparam("this"))
CALENDARS = NounTable(calendars, AdoptedCalendar)
MOVED = NounTable(reschedulings, MovedDeadline)


class CalendarStore:
    """Calendars within one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def latest(self) -> AdoptedCalendar | None:
        """The calendar in force, locked until the commit, so that workers take turns."""
        query = CALENDARS.query.order_by(calendars.c.id.desc()).limit(1).with_for_update()
        return CALENDARS.first(self._work.execute(query))

    def add(self, basis: CalendarBasis, reason: str, *, done: bool) -> None:
        """A new calendar is in force; `done` when there is nothing to follow."""
        self._work.add(calendars, {
            "id": new_id(), "fingerprint": basis.fingerprint, "basis": basis, "reason": reason, "at": self._work.now, "reached": "",
            "done": self._work.now if done else None,
        })  # fmt: skip

    def reach(self, calendar: AdoptedCalendar, assignment_id: str) -> None:
        """Note how far it has come."""
        self._work.execute(_THIS.values(reached=assignment_id), {"this": calendar.id})

    def finish(self, calendar: AdoptedCalendar) -> None:
        """Every department has been told."""
        self._work.execute(_THIS.values(done=self._work.now), {"this": calendar.id})

    def moving_after(self, reached: str, limit: int) -> list[str]:
        """Ids of the next assignments that wait for their department or for a rating, in order. Not locked: look again under the
        case's lock."""
        query = sa.select(assignments.c.id).where(MOVING, assignments.c.id > reached).order_by(assignments.c.id).limit(limit)
        return list(self._work.execute(query).scalars())

    def record(self, calendar: AdoptedCalendar, department: str, moved: Moved) -> None:
        """Keep for the audit what has moved of a department's assignment."""
        self._work.add(reschedulings, {
            "id": new_id(), "calendar": calendar.id, "assignment": moved.assignment, "opinion": moved.opinion,
            "department": department, "kind": moved.kind, "before": moved.before, "after": moved.after, "reason": calendar.reason,
            "at": self._work.now, "told": None,
        })  # fmt: skip

    def unannounced(self) -> list[MovedDeadline]:
        """What one department has not been told of yet, in order; empty when every department knows."""
        first = sa.select(reschedulings.c.department).where(_UNANNOUNCED).order_by(reschedulings.c.department).limit(1)
        query = MOVED.query.where(_UNANNOUNCED, reschedulings.c.department == first.scalar_subquery())
        return MOVED.all(self._work.execute(query.order_by(reschedulings.c.id)))

    def mark_announced(self, department: str) -> None:
        """The department is being told of everything that has moved."""
        change = reschedulings.update().where(_UNANNOUNCED, reschedulings.c.department == department).values(told=self._work.now)
        self._work.execute(change)


def list_reschedulings(connection: Connection, wanted: Mapping[str, Any], after: str | None, limit: int) -> list[MovedDeadline]:
    """What changed calendars have moved, newest first, one more than `limit`."""
    return MOVED.all(connection.execute(newest_first(MOVED.query, reschedulings, wanted, after, limit)))
