"""Cases on the key list, and those that a leader handles in person, as long as a department has them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.routing.domain.assignment import Assignment
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.desks.desk import Place
from services.routing.store.tables import WATCHED, WITH_THEM, assignments
from services.runtime.store.database import Instant


def watched(connection: Connection, after: Place | None, limit: int) -> list[Assignment]:
    """What is watched behind a place, the next answer due first; of each case what its lead has."""
    table = assignments.c
    query = ASSIGNMENTS.query.where(WITH_THEM, WATCHED, table.role == "lead").order_by(table.reply_by, table.id).limit(limit)
    if after is not None:
        place = sa.tuple_(sa.literal(after.due, Instant), sa.literal(after.id))
        query = query.where(sa.tuple_(table.reply_by, table.id) > place)
    return ASSIGNMENTS.all(connection.execute(query))
