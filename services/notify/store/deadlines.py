"""Deadlines in the store: opened and ended in bulk, found again when a rung is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa

from services.contracts.envelope import Event
from services.notify.domain.ladder import Deadline, Ladder, Step
from services.notify.domain.timetable import EVERY, PROMISE, CaseMark, Ending, Occasion, Opening, Timetable
from services.notify.store.cases import mark_case
from services.notify.store.erasing import erased_among, replace_titles
from services.notify.store.tables import AnyRow, cases, deadlines, endings, is_state, occasions
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import Instant, Transaction

#: What a department answers by.
ANSWERS = ("reply", "rework")
KEY = ("assignment", "kind", "version")
NAMES = tuple(field.name for field in fields(Deadline) if field.name != "higher")
#: What is kept of the deadline that an occasion is about.
CALLED = ("opinion", "assignment", "department", "kind", "version", "start", "due", "title", "difficulty")
ENDED = ("assignment", "kind", "sequence", "ended", "promise", "how")
_VALUES, _CALLED_VALUES, _ENDED_VALUES = attrgetter(*NAMES), attrgetter(*CALLED), attrgetter(*ENDED)
FACTS = tuple(deadlines.c[name] for name in NAMES)


@dataclass(frozen=True, slots=True)
class DueDeadline:
    """A deadline whose next rung is due since `at`; `ended` says that what ended it was received before it was."""

    deadline: Deadline
    ended: bool
    at: datetime

    @property
    def key(self) -> tuple[datetime, str, str, int]:
        """Its place among those that are due."""
        return self.at, self.deadline.assignment, self.deadline.kind, self.deadline.version


@dataclass(frozen=True, slots=True)
class DueOccasion:
    """An occasion whose time has come."""

    occasion: Occasion

    @property
    def key(self) -> tuple[datetime, str, str, int]:
        """Its place among those whose time has come."""
        about = self.occasion.deadline
        return self.occasion.at, about.assignment, about.kind, about.version


class DeadlineStore:
    """The deadlines inside one transaction. What is ended is written by `settle`, several in one statement."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._ended: list[Ending] = []
        self._marks: list[CaseMark] = []
        #: The cases of what was received, whose titles may have been erased before.
        self._titled: set[str] = set()

    def load(self, event: Event, ladder: Ladder, assignment: str | None = None, *, with_pause: bool = False) -> Timetable:
        """What an event comes upon: with an `assignment`, all that is known of its deadlines, and its last pause if wanted."""
        timetable = Timetable(ladder, event.subject, event.sequence, event.time)
        if assignment is not None:
            timetable.known = self._versions(assignment)
        if assignment is not None and with_pause:
            timetable.paused_by = self._paused(assignment, event.sequence)
        return timetable

    def save(self, timetable: Timetable) -> None:
        """Keep what an event has changed; what it ends and marks is written by `settle`."""
        for opening in timetable.openings:
            self._work.add(deadlines, _opened(opening))
        for ending in timetable.endings:
            self._work.add(endings, dict(zip(ENDED, _ENDED_VALUES(ending), strict=True)))
        for occasion in timetable.occasions:
            about = dict(zip(CALLED, _CALLED_VALUES(occasion.deadline), strict=True))
            self._work.add(occasions, {**about, "occasion": occasion.occasion, "at": occasion.at})
        self._ended += timetable.endings
        self._marks += timetable.marks
        if timetable.openings or timetable.occasions:
            self._titled.add(timetable.opinion)

    def settle(self) -> None:
        """Write what ended, was marked or is erased. Comes after all of a batch, since its messages need not be in order."""
        # Sorted: the same order in every worker, so that two of them cannot wait for each other.
        ended, self._ended = sorted(self._ended, key=attrgetter("assignment", "sequence")), []
        if ended:
            names = [f"_{name}" for name in ENDED]
            self._work.run_many(_SETTLE, [dict(zip(names, _ENDED_VALUES(ending), strict=True)) for ending in ended])
        titled, self._titled = self._titled, set()
        replace_titles(self._work, erased_among(self._work, titled))
        marks, self._marks = sorted(self._marks), []
        # Deadlines before cases, as the climbing worker takes them.
        for mark in marks:
            self._look_again(mark.opinion)
        for mark in marks:
            mark_case(self._work, mark)

    def close(self, assignments: Sequence[str]) -> None:
        """Write what ended of deadlines that were received after their end."""
        query = sa.select(*(endings.c[name] for name in ENDED)).where(endings.c.assignment.in_(assignments))
        if assignments:
            self._ended += [Ending(*tuple(row)) for row in self._work.execute(query)]
            self.settle()

    def due(self, now: datetime, limit: int, after: After = None) -> list[DueDeadline]:
        """Deadlines whose next rung is due, the first of those behind a key; on PostgreSQL those that no other worker has taken."""
        order = (deadlines.c.next_at, *(deadlines.c[name] for name in KEY))
        ended = first_ending(endings.c.ended).is_not(None)
        query = (
            sa.select(*FACTS, is_higher(), ended, deadlines.c.next_at)
            .where(is_state(deadlines, "open"), deadlines.c.next_at <= now)
            .where(behind(after, *order))
            .order_by(*order)
            .limit(limit)
            .with_for_update(skip_locked=True, of=deadlines)
        )
        found = map(tuple, self._work.execute(query))
        return [DueDeadline(Deadline(*facts), has_ended, at) for *facts, has_ended, at in found]

    def answer_due(self, assignment: str) -> Deadline | None:
        """The newest deadline for an answer of an assignment, held until the transaction ends."""
        row = self._work.execute(_ANSWER_DUE, {"assignment": assignment}).first()
        return None if row is None else Deadline(*tuple(row))

    def has_ended(self, deadline: Deadline) -> bool:
        """Whether a deadline has ended for good, by what was received; after a pause it goes on."""
        table = endings.c
        query = sa.select(table.how).where(table.assignment == deadline.assignment, table.kind.in_((deadline.kind, EVERY)))
        last = query.where(table.sequence > deadline.sequence).order_by(table.sequence.desc()).limit(1)
        return self._work.execute(last).scalar() not in (None, "paused")

    def wait_for(self, waits: Sequence[tuple[Deadline, Step | None]]) -> None:
        """Move deadlines on to the step that comes next; those without one stay open and are looked at no more."""
        values = [
            {**_key(deadline), "_rung": step.rung.code if step else None, "_at": step.at if step else None}
            for deadline, step in waits
        ]
        if values:
            self._work.run_many(_WAIT, values)

    def occasions(self, now: datetime, limit: int, after: After = None) -> list[DueOccasion]:
        """The occasions whose time has come, the first of those behind a key, with what they are about."""
        order = (occasions.c.at, *(occasions.c[name] for name in KEY))
        query = sa.select(occasions).where(occasions.c.at <= now, behind(after, *order)).order_by(*order).limit(limit)
        return [DueOccasion(_occasion(row)) for row in self._work.execute(query.with_for_update(skip_locked=True))]

    def remove(self, answered: Sequence[DueOccasion]) -> None:
        """What these occasions call for has been done."""
        if answered:
            self._work.run_many(_ANSWER, [_key(each.occasion.deadline) for each in answered])

    def _versions(self, assignment: str) -> list[Deadline]:
        query = sa.select(*FACTS, is_higher()).where(deadlines.c.assignment == assignment).order_by(deadlines.c.version)
        return [Deadline(*tuple(row)) for row in self._work.execute(query)]

    def _paused(self, assignment: str, sequence: int) -> int | None:
        table = endings.c
        query = sa.select(table.how, table.sequence).where(table.assignment == assignment, table.kind == EVERY)
        last = self._work.execute(query.where(table.sequence < sequence).order_by(table.sequence.desc()).limit(1)).first()
        return last.sequence if last is not None and last.how == "paused" else None

    def _look_again(self, opinion: str) -> None:
        table = deadlines.c
        waiting = (table.opinion == opinion, is_state(deadlines, "open"), table.next_at > self._work.now)
        self._work.execute(deadlines.update().where(*waiting).values(next_at=self._work.now))


def _opened(opening: Opening) -> dict[str, object]:
    deadline, first = opening.deadline, opening.first
    return {
        **dict(zip(NAMES, _VALUES(deadline), strict=True)),
        "state": "paused" if opening.paused else "open", "ended": deadline.start if opening.paused else None,
        "next_rung": first.rung.code if first else None, "next_at": first.at if first else None,
    }  # fmt: skip


def _occasion(row: AnyRow) -> Occasion:
    about = Deadline(
        row.opinion, row.assignment, row.department, row.kind, row.version, row.start, row.due, False, row.version,
        row.title, row.difficulty,
    )  # fmt: skip
    return Occasion(row.occasion, about, row.at)


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


def first_ending(column: sa.Column[object]) -> sa.ScalarSelect[object]:
    """What the first of the endings that were received says about a deadline; empty while it runs."""
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


def is_higher() -> sa.ColumnElement[bool]:
    """Whether the case of a deadline starts one rung higher."""
    marked = sa.select(cases.c.higher).where(cases.c.opinion == deadlines.c.opinion).correlate(deadlines)
    return sa.func.coalesce(marked.scalar_subquery(), sa.false(), type_=sa.Boolean)


def _one(table: sa.Table) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == sa.bindparam(f"_{name}") for name in KEY]


def _key(deadline: Deadline) -> dict[str, object]:
    return {"_assignment": deadline.assignment, "_kind": deadline.kind, "_version": deadline.version}


_ANSWER_DUE = (
    sa.select(*FACTS, is_higher())
    .where(deadlines.c.assignment == sa.bindparam("assignment"), deadlines.c.kind.in_(ANSWERS))
    .order_by(deadlines.c.version.desc())
    .limit(1)
    .with_for_update(of=deadlines)
)
_SETTLE = _settling()
_WAIT = deadlines.update().where(*_one(deadlines)).values({
    "next_rung": sa.bindparam("_rung"), "next_at": sa.bindparam("_at", type_=Instant),
})  # fmt: skip
_ANSWER = occasions.delete().where(*_one(occasions))
