"""Queries of routing's store."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.catalogue.against import Use, uses_in
from services.contracts.lifecycle import WITH_DEPARTMENT, State
from services.routing.domain.assignment import Assignment
from services.routing.store.calendars import MOVING
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.tables import ENDED, GOES_ON, IN_ORDER, assignments
from services.runtime.store.counting import grouped
from services.runtime.web.lists.listing import Reading


def find(connection: Connection, assignment_id: str) -> Assignment | None:
    """One assignment."""
    query = ASSIGNMENTS.query.where(assignments.c.id == assignment_id)
    return ASSIGNMENTS.first(connection.execute(query))


def found_by_id(connection: Connection, ids: Collection[str]) -> list[Assignment]:
    """Those of these assignments that there are, in the order in which they were made."""
    query = ASSIGNMENTS.query.where(assignments.c.id.in_(set(ids)))
    return ASSIGNMENTS.all(connection.execute(query.order_by(*IN_ORDER)))


def listing(connection: Connection, reading: Reading, overdue_at: datetime | None) -> list[Assignment]:
    """The assignments of one page of a list, and one more; `overdue_at` keeps those whose reply is due and has not come."""
    query = ASSIGNMENTS.query
    if overdue_at is not None:
        due = assignments.c.state.in_(WITH_DEPARTMENT)
        query = query.where(due, assignments.c.replied.is_(None), assignments.c.reply_by < overdue_at)
    states = reading.wanted.get("state")
    if states and ENDED.isdisjoint(states):
        # Said once more, for the indexes that have nothing else.
        query = query.where(GOES_ON)
    return ASSIGNMENTS.all(connection.execute(reading.select(query, assignments)))


def others_of(connection: Connection, opinions: Collection[str]) -> list[Assignment]:
    """The assignments beside the lead of these opinions, in the order in which they were made."""
    query = ASSIGNMENTS.query.where(assignments.c.opinion.in_(set(opinions)), assignments.c.role != "lead")
    return ASSIGNMENTS.all(connection.execute(query.order_by(*IN_ORDER)))


def open_codes(connection: Connection) -> list[Use]:
    """The codes of the catalogue that cases use which wait for a department, a ruling or a rating."""
    table = assignments.c
    proposed = sa.case((table.state == State.OBJECTED, table.proposed)).label("proposed")
    codes = (table.department, proposed, table.difficulty, table.topic, table.area, table.station)
    return uses_in(grouped(connection, sa.select(table.id, table.opinion, *codes).where(MOVING), example="opinion"))
