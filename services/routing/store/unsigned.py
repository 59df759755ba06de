"""Work that departments have not acted on; it is sent again when their queue no longer has it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.topology import department_queue
from services.routing.store.tables import UNSIGNED, assignments
from services.runtime.store.journal import forget_addressed, publish_addressed_again
from services.runtime.store.journal_tables import addressed_table

_NEXT_OLDEST = (
    sa.select(assignments.c.department, assignments.c.opened)
    .where(UNSIGNED, assignments.c.opened.is_not(None), assignments.c.department > sa.bindparam("after"))
    .order_by(assignments.c.department, assignments.c.opened)
    .limit(1)
)


def unsigned_since(connection: Connection) -> dict[str, datetime]:
    """Since when each department has had the oldest of what it was given and has not acted on: a step in an index for each."""
    found: dict[str, datetime] = {}
    last = ""
    while row := connection.execute(_NEXT_OLDEST, {"after": last}).first():
        last = row.department
        found[last] = row.opened
    return found


def queues_waited_for(connection: Connection, before: datetime, unqueued: Collection[str] = ()) -> list[str]:
    """The queues of departments that have not acted on something they were assigned before then, and that have a queue."""
    waiting = (code for code, since in unsigned_since(connection).items() if since < before)
    return [department_queue(code) for code in waiting if code not in unqueued]


def send_again(connection: Connection, queue: str | None = None) -> int:
    """Put what one department, or every one, has not acted on into the outbox again, ids and all; returns how many."""
    return publish_addressed_again(connection, queue, _unsigned())


def forget_done(connection: Connection, now: float) -> int:
    """Let go of what departments have acted on."""
    return forget_addressed(connection, now, ~_unsigned())


def _unsigned() -> sa.ColumnElement[bool]:
    # A lane begins with the opinion.
    same = (assignments.c.opinion == sa.func.substr(addressed_table.c.subject, 1, 36)) & (
        sa.literal("department.").concat(assignments.c.department) == addressed_table.c.queue
    )
    return sa.exists().where(same, UNSIGNED)
