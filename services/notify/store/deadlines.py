"""Deadlines in the store: opened and ended in bulk, found again when a rung is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain import Deadline, Step
from services.notify.store.tables import deadlines, endings, is_state
from services.runtime.database import Instant, Transaction, rows_of

EVERY = "*"
FACTS = tuple(field.name for field in fields(Deadline))


@dataclass(frozen=True, slots=True)
class Found:
    """A deadline whose next rung is due; `ended` is when its department acted, which may have been heard first."""

    deadline: Deadline
    ended: datetime | None


class Deadlines:
    """The deadlines inside one transaction. What is ended is written by `settle`, several in one statement."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._ended: list[dict[str, Any]] = []

    def open(self, deadline: Deadline, first: Step | None) -> None:
        """Keep a new deadline that waits for its first rung."""
        row = {name: getattr(deadline, name) for name in FACTS}
        row |= {"state": "open", "next_rung": first.rung.code if first else None, "next_at": first.at if first else None}
        self._work.add(deadlines, row)

    def end(self, assignment: str, kind: str, sequence: int, at: datetime) -> None:
        """The department acted at `at`: deadlines of `kind` (or `EVERY`) set before `sequence` are met or missed."""
        self._work.add(endings, {"assignment": assignment, "kind": kind, "sequence": sequence, "ended": at})
        self._ended.append({"_assignment": assignment, "_kind": kind, "_sequence": sequence, "_at": at})

    def settle(self) -> None:
        """Write what ended. Comes after all of a batch was told, since its messages need not be in order."""
        table, at = deadlines.c, sa.bindparam("_at", type_=Instant)
        kind: sa.BindParameter[str] = sa.bindparam("_kind", type_=sa.String)
        statement = (
            deadlines.update()
            .where(table.assignment == sa.bindparam("_assignment"), sa.or_(kind == EVERY, table.kind == kind))
            .where(table.sequence < sa.bindparam("_sequence"), is_state(deadlines, "open"))
            .values(state=sa.case((table.due >= at, "met"), else_="missed"), next_rung=None, next_at=None)
        )
        # Sorted: the same order in every worker, so that two of them cannot wait for each other.
        ended, self._ended = sorted(self._ended, key=lambda row: (row["_assignment"], row["_sequence"])), []
        if ended:
            self._work.execute(statement, ended)

    def known(self, assignment: str) -> tuple[str | None, str | None]:
        """(title, difficulty) of an assignment as they were first told; (None, None) when they were not heard yet."""
        query = sa.select(deadlines.c.title, deadlines.c.difficulty).where(
            deadlines.c.assignment == assignment, deadlines.c.title.is_not(None)
        )
        row = self._work.execute(query.limit(1)).one_or_none()
        return (row.title, row.difficulty) if row else (None, None)

    def due(self, now: datetime, limit: int) -> list[Found]:
        """Deadlines whose next rung is due, the oldest first; on PostgreSQL those that no other worker has taken."""
        query = (
            sa.select(deadlines, _ended_at().label("ended"))
            .where(is_state(deadlines, "open"), deadlines.c.next_at <= now)
            .order_by(deadlines.c.next_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=deadlines)
        )
        found = self._work.execute(query)
        return [Found(Deadline(**{name: row[name] for name in FACTS}), row["ended"]) for row in rows_of(found)]

    def wait_for(self, waits: Sequence[tuple[Deadline, Step | None]]) -> None:
        """Move deadlines on to the step that comes next; those without one stay open and are looked at no more."""
        values = [
            {**_key(deadline), "_rung": step.rung.code if step else None, "_at": step.at if step else None}
            for deadline, step in waits
        ]
        if values:
            change: dict[str, Any] = {"next_rung": sa.bindparam("_rung"), "next_at": sa.bindparam("_at")}
            self._work.execute(_one_deadline().values(change), values)

    def close(self, ended: Sequence[tuple[Deadline, datetime]]) -> None:
        """Close deadlines whose department had acted before we heard that they were set."""
        values = [{**_key(deadline), "_state": "met" if at <= deadline.due else "missed"} for deadline, at in ended]
        if values:
            self._work.execute(_one_deadline().values(state=sa.bindparam("_state"), next_rung=None, next_at=None), values)


def next_due(connection: Connection) -> datetime | None:
    """When the next rung of all is due."""
    query = sa.select(deadlines.c.next_at).where(is_state(deadlines, "open"), deadlines.c.next_at.is_not(None))
    found: datetime | None = connection.execute(query.order_by(deadlines.c.next_at).limit(1)).scalar()
    return found


def open_deadlines(
    connection: Connection, filters: Mapping[str, str | None], after: tuple[str, str, int] | None, limit: int
) -> list[Mapping[str, Any]]:
    """Open deadlines in the order of (assignment, kind, version), one more than `limit`; `filters` by column, None for any."""
    table = deadlines.c
    key = (table.assignment, table.kind, table.version)
    query = sa.select(deadlines).where(is_state(deadlines, "open"), _ended_at().is_(None))
    for column, value in filters.items():
        if value is not None:
            query = query.where(table[column] == value)
    if after is not None:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*after))
    return rows_of(connection.execute(query.order_by(*key).limit(limit + 1)))


def _ended_at() -> sa.ScalarSelect[datetime]:
    return (
        sa.select(sa.func.min(endings.c.ended, type_=Instant))
        .where(endings.c.assignment == deadlines.c.assignment, endings.c.kind.in_([deadlines.c.kind, EVERY]))
        .where(endings.c.sequence > deadlines.c.sequence)
        .correlate(deadlines)
        .scalar_subquery()
    )


def _one_deadline() -> sa.Update:
    return deadlines.update().where(*(deadlines.c[name] == sa.bindparam(f"_{name}") for name in ("assignment", "kind", "version")))


def _key(deadline: Deadline) -> dict[str, Any]:
    return {"_assignment": deadline.assignment, "_kind": deadline.kind, "_version": deadline.version}
