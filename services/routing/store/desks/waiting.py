"""What waits for somebody: counted no further than a page tells, by indexes that hold what waits and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.lifecycle import State
from services.routing.domain.assignment import Assignment
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.learning.doubts import doubts
from services.routing.store.tables import IN_ORDER, UNSIGNED, WITH_THEM, assignments
from services.runtime.store.counting import count_up_to


class WaitingFor(StrEnum):
    """What waits: by the state that it is in, or by what was asked for."""

    UNSIGNED = "unsigned"
    HANDLED = State.SIGNED.value
    OBJECTED = State.OBJECTED.value
    PAUSED = State.PAUSED.value
    DRAFTED = State.DRAFTED.value
    OVERDUE = "overdue"
    EXTENDING = "extending"
    DOUBTFUL = "doubtful"


def waiting_for(
    connection: Connection, kinds: Sequence[WaitingFor], department: str | None, now: datetime, most: int
) -> Mapping[WaitingFor, int]:
    """How many of each kind wait, with one department or with all; one more than `most` for any number beyond that."""
    return {kind: count_up_to(connection, _waiting(kind, department, now), most) for kind in kinds}


def _waiting(kind: WaitingFor, department: str | None, now: datetime) -> sa.Select[Any]:
    if kind is WaitingFor.DOUBTFUL:
        return sa.select(doubts.c.opinion).where(doubts.c.message.is_not(None))
    if kind is WaitingFor.UNSIGNED:
        which: sa.ColumnElement[bool] = UNSIGNED
    elif kind is WaitingFor.EXTENDING:
        which = assignments.c.asked_until.is_not(None)
    elif kind is WaitingFor.OVERDUE:
        which = WITH_THEM & (assignments.c.reply_by < now)
    else:
        which = WITH_THEM & (assignments.c.state == kind.value)
    query = sa.select(assignments.c.id).where(which)
    return query if department is None else query.where(assignments.c.department == department)


def asked_for(connection: Connection, after: str | None, limit: int) -> list[Assignment]:
    """Assignments whose department objects or asks for more time, behind an id; costs what waits for a ruling."""
    asking = assignments.c.asked_until.is_not(None)
    objecting = WITH_THEM & (assignments.c.state == sa.literal_column(f"'{State.OBJECTED}'"))
    waiting = sa.union(*(sa.select(assignments.c.id).where(which) for which in (objecting, asking)))
    query = ASSIGNMENTS.query.where(assignments.c.id.in_(waiting), assignments.c.id > (after or ""))
    return ASSIGNMENTS.all(connection.execute(query.order_by(assignments.c.id).limit(limit)))


def of_opinion(connection: Connection, opinion: str) -> list[Assignment]:
    """All assignments of a case, in the order in which they were made."""
    query = ASSIGNMENTS.query.where(assignments.c.opinion == opinion)
    return ASSIGNMENTS.all(connection.execute(query.order_by(*IN_ORDER)))
