"""Cases on the key list, and those that a leader handles in person, as long as a department has them."""

from __future__ import annotations

from sqlalchemy.engine import Connection

from services.routing.domain.assignment import Assignment
from services.routing.store.cases import ASSIGNMENTS
from services.routing.store.desks.desk import Place, beyond
from services.routing.store.tables import WATCHED, WITH_THEM, assignments


def watched(connection: Connection, after: Place | None, limit: int, *, back: bool = False) -> list[Assignment]:
    """What is watched behind a place, the next answer due first; of each case what its lead has. `back`: before the place, the
    nearest first."""
    table = assignments.c
    order = [key.desc() if back else key for key in (table.reply_by, table.id)]
    query = ASSIGNMENTS.query.where(WITH_THEM, WATCHED, table.role == "lead").order_by(*order).limit(limit)
    if after is not None:
        query = query.where(beyond(after, back=back))
    return ASSIGNMENTS.all(connection.execute(query))
