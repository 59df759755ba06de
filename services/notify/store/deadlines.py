"""Deadlines in the store: opened and ended in bulk, found again when a rung is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.notify.domain import Deadline, Step
from services.notify.store.cases import mark
from services.notify.store.tables import cases, deadlines, endings, is_state, occasions
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import Instant, Transaction, rows_of

EVERY, PROMISE = "*", "promise"
KEY = ("assignment", "kind", "version")
FACTS = tuple(field.name for field in fields(Deadline) if field.name != "higher")
CALLED = ("assignment", "kind", "version", "opinion", "department", "title", "difficulty", "start", "due")


@dataclass(frozen=True, slots=True)
class DueDeadline:
    """A deadline whose next rung is due since `at`; `ended` says that what ended it was heard before it was."""

    deadline: Deadline
    ended: bool
    at: datetime

    @property
    def key(self) -> tuple[Any, ...]:
        """Its place among those that are due."""
        return self.at, self.deadline.assignment, self.deadline.kind, self.deadline.version


@dataclass(frozen=True, slots=True)
class DueOccasion:
    """An occasion that has called for something since `at`, with what it is about."""

    occasion: str
    deadline: Deadline
    at: datetime

    @property
    def key(self) -> tuple[Any, ...]:
        """Its place among those whose time has come."""
        return self.at, self.deadline.assignment, self.deadline.kind, self.deadline.version


class DeadlineStore:
    """The deadlines inside one transaction. What is ended is written by `settle`, several in one statement."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._ended: list[dict[str, Any]] = []
        self._marks: list[tuple[str, int, bool]] = []

    def open(self, deadline: Deadline, first: Step | None) -> None:
        """Keep a new deadline that waits for its first rung."""
        self._keep(deadline, "open", first.rung.code if first else None, first.at if first else None)

    def keep_paused(self, deadline: Deadline) -> None:
        """Keep a new deadline of a case that waits: its clock stands still from the start."""
        self._keep(deadline, "paused", None, None, deadline.start)

    def _keep(self, deadline: Deadline, state: str, rung: str | None, at: datetime | None, ended: datetime | None = None) -> None:
        facts = {name: getattr(deadline, name) for name in FACTS}
        self._work.add(deadlines, {**facts, "state": state, "next_rung": rung, "next_at": at, "ended": ended})

    def end(self, assignment: str, kind: str, sequence: int, at: datetime, how: str = "judged", promise: str = "") -> None:
        """What was set before `sequence` ended at `at`, `judged` by the clock, or in the state `how`.

        `kind` may be `EVERY`, which is all but promises; `promise` is the one that is meant, or empty for all.
        """
        row = {"assignment": assignment, "kind": kind, "sequence": sequence, "ended": at, "promise": promise, "how": how}
        self._work.add(endings, row)
        self._ended.append(row)

    def settle(self) -> None:
        """Write what ended and was marked. Comes after all of a batch was told, since its messages need not be in order."""
        # Sorted: the same order in every worker, so that two of them cannot wait for each other.
        ended, self._ended = sorted(self._ended, key=lambda row: (row["assignment"], row["sequence"])), []
        if ended:
            self._work.execute(_SETTLE, [{f"_{name}": value for name, value in row.items()} for row in ended])
        marks, self._marks = sorted(self._marks), []
        # Deadlines before cases, as whoever climbs takes them.
        for opinion, _, _ in marks:
            self._look_again(opinion)
        for opinion, sequence, higher in marks:
            mark(self._work, opinion, higher, sequence)

    def close(self, assignments: Sequence[str]) -> None:
        """Write what ended of deadlines that were heard of after their end."""
        query = sa.select(endings).where(endings.c.assignment.in_(assignments))
        if assignments:
            self._ended += [dict(row) for row in rows_of(self._work.execute(query))]
            self.settle()

    def versions(self, assignment: str) -> list[Deadline]:
        """Every deadline of an assignment that was heard of, the oldest first."""
        query = sa.select(deadlines, _is_higher().label("higher")).where(deadlines.c.assignment == assignment)
        return [_deadline(row) for row in rows_of(self._work.execute(query.order_by(deadlines.c.version)))]

    def paused(self, assignment: str, sequence: int) -> int | None:
        """The number of the pause that was the last thing to end all deadlines of an assignment before `sequence`, if one was."""
        table = endings.c
        query = sa.select(table.how, table.sequence).where(table.assignment == assignment, table.kind == EVERY)
        last = self._work.execute(query.where(table.sequence < sequence).order_by(table.sequence.desc()).limit(1)).first()
        return last.sequence if last is not None and last.how == "paused" else None

    def mark(self, opinion: str, higher: bool, sequence: int) -> None:
        """A case starts one rung higher from now on, or no longer, unless a later event told otherwise."""
        self._marks.append((opinion, sequence, higher))

    def _look_again(self, opinion: str) -> None:
        table = deadlines.c
        waiting = (table.opinion == opinion, is_state(deadlines, "open"), table.next_at > self._work.now)
        self._work.execute(deadlines.update().where(*waiting).values(next_at=self._work.now))

    def due(self, now: datetime, limit: int, after: After = None) -> list[DueDeadline]:
        """Deadlines whose next rung is due, the first of those behind a key; on PostgreSQL those that no other worker has taken."""
        query = (
            sa.select(deadlines, first_ending(endings.c.ended).is_not(None).label("has_ended"), _is_higher().label("higher"))
            .where(is_state(deadlines, "open"), deadlines.c.next_at <= now)
            .where(behind(after, deadlines.c.next_at, *(deadlines.c[name] for name in KEY)))
            .order_by(deadlines.c.next_at, *(deadlines.c[name] for name in KEY))
            .limit(limit)
            .with_for_update(skip_locked=True, of=deadlines)
        )
        return [DueDeadline(_deadline(row), row["has_ended"], row["next_at"]) for row in rows_of(self._work.execute(query))]

    def wait_for(self, waits: Sequence[tuple[Deadline, Step | None]]) -> None:
        """Move deadlines on to the step that comes next; those without one stay open and are looked at no more."""
        values = [
            {**_key(deadline), "_rung": step.rung.code if step else None, "_at": step.at if step else None}
            for deadline, step in waits
        ]
        if values:
            change: dict[str, Any] = {"next_rung": sa.bindparam("_rung"), "next_at": sa.bindparam("_at")}
            self._work.execute(_one_deadline().values(change), values)

    def call(self, occasion: str, deadline: Deadline, at: datetime) -> None:
        """Keep an occasion until `at`, when what it calls for fires."""
        self._work.add(occasions, {name: getattr(deadline, name) for name in CALLED} | {"occasion": occasion, "at": at})

    def called(self, now: datetime, limit: int, after: After = None) -> list[DueOccasion]:
        """The occasions whose time has come, the first of those behind a key, with what they are about."""
        order = (occasions.c.at, *(occasions.c[name] for name in KEY))
        query = sa.select(occasions).where(occasions.c.at <= now, behind(after, *order)).order_by(*order).limit(limit)
        rows = rows_of(self._work.execute(query.with_for_update(skip_locked=True)))
        facts = [{name: row[name] for name in CALLED} | {"sequence": row["version"], "provisional": False} for row in rows]
        return [DueOccasion(row["occasion"], Deadline(**told), row["at"]) for row, told in zip(rows, facts, strict=True)]

    def answered(self, called: Sequence[DueOccasion]) -> None:
        """What these occasions call for has been done."""
        one = occasions.delete().where(*(occasions.c[name] == sa.bindparam(f"_{name}") for name in KEY))
        if called:
            self._work.execute(one, [_key(each.deadline) for each in called])


def _settling() -> sa.Update:
    table, at = deadlines.c, sa.bindparam("_ended", type_=Instant)
    kind, how, promise = (sa.bindparam(name, type_=sa.String) for name in ("_kind", "_how", "_promise"))
    # A right that was not used when all ended has lapsed; nobody missed anything.
    judged = [(sa.and_(kind == EVERY, table.kind == "object"), "lapsed"), (table.due >= at, "met")]
    return (
        deadlines.update()
        .where(table.assignment == sa.bindparam("_assignment"))
        .where(sa.or_(sa.and_(kind == EVERY, table.kind != PROMISE), table.kind == kind))
        .where(sa.or_(promise == "", table.promise == promise))
        .where(table.sequence < sa.bindparam("_sequence"), is_state(deadlines, "open"))
        .values(state=sa.case((how != "judged", how), *judged, else_="missed"), next_rung=None, next_at=None, ended=at)
    )


_SETTLE = _settling()


def first_ending(column: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    """What the first of the endings that were heard of tells about a deadline; empty while it runs."""
    table = endings.c
    of_all = sa.and_(table.kind == EVERY, deadlines.c.kind != PROMISE)
    return (
        sa.select(column)
        .where(table.assignment == deadlines.c.assignment, table.kind.in_([deadlines.c.kind, EVERY]))
        .where(sa.or_(table.kind == deadlines.c.kind, of_all))
        .where(sa.or_(table.promise == "", table.promise == deadlines.c.promise))
        .where(table.sequence > deadlines.c.sequence)
        .order_by(table.sequence)
        .limit(1)
        .correlate(deadlines)
        .scalar_subquery()
    )


def _is_higher() -> sa.ColumnElement[bool]:
    marked = sa.select(cases.c.higher).where(cases.c.opinion == deadlines.c.opinion).correlate(deadlines)
    return sa.func.coalesce(marked.scalar_subquery(), sa.false())


def _deadline(row: Mapping[str, Any]) -> Deadline:
    return Deadline(**{name: row[name] for name in FACTS}, higher=bool(row["higher"]))


def _one_deadline() -> sa.Update:
    return deadlines.update().where(*(deadlines.c[name] == sa.bindparam(f"_{name}") for name in KEY))


def _key(deadline: Deadline) -> dict[str, Any]:
    return {f"_{name}": getattr(deadline, name) for name in KEY}
