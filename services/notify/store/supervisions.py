"""Supervisions and the meetings that deal with them, inside one transaction; and what is read of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.messages.values import Message, Promise
from services.notify.domain import Deadline
from services.notify.store.agenda_tables import agenda, meetings, supervisions
from services.notify.store.cases import CasePublisher
from services.notify.store.tables import deadlines, is_state
from services.runtime.clock import new_id
from services.runtime.store.database import Instant, Transaction, row_of, rows_of
from services.runtime.web.listing import newest_first

Row = Mapping[str, Any]
MOST_ON_AN_AGENDA = 500
_BY_DEPARTMENT = (supervisions.c.department, supervisions.c.due, supervisions.c.id)


class SupervisionStore:
    """What is changed about supervisions in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._case_publisher: CasePublisher | None = None

    @property
    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._work.now

    def raise_(self, deadline: Deadline, rung: str) -> str:
        """Open a supervision, or raise the one that is open for this deadline to another rung; returns its id."""
        table = supervisions.c
        same = (table.assignment == deadline.assignment, table.kind == deadline.kind, table.state != "resolved")
        known = self._work.execute(sa.select(table.id).where(*same).with_for_update()).scalar()
        if known is not None:
            change = {"rung": rung, "version": deadline.version, "due": deadline.due}
            self._work.execute(supervisions.update().where(table.id == known).values(change))
            return str(known)
        row = {
            "id": new_id(), "opinion": deadline.opinion, "assignment": deadline.assignment, "department": deadline.department,
            "kind": deadline.kind, "version": deadline.version, "rung": rung, "title": deadline.title, "due": deadline.due,
            "raised": self._work.now, "state": "open",
        }  # fmt: skip
        self._work.add(supervisions, row)
        # At once, so that a second rung of the same batch finds it.
        self._work.flush()
        return str(row["id"])

    def take(self, ids: Collection[str]) -> dict[str, Row]:
        """Supervisions by id, held until the transaction ends; those that do not exist are missing."""
        table, named = supervisions.c, supervisions.c.id.in_(sorted(ids))
        # Their cases first, as whoever climbs the ladder takes them.
        self._case_publisher = CasePublisher(self._work, self._work.execute(sa.select(table.opinion).where(named)).scalars())
        held = self._work.execute(sa.select(supervisions).where(named).order_by(table.id).with_for_update())
        return {row["id"]: row for row in rows_of(held)}

    def take_open(self) -> list[Row]:
        """Supervisions that are on no agenda yet, the longest overdue first, as many as an agenda takes."""
        table = supervisions.c
        query = sa.select(table.id).where(table.state == "open").order_by(table.due, table.id).limit(MOST_ON_AN_AGENDA)
        ids = list(self._work.execute(query).scalars())
        found = self.take(ids)
        return [found[each] for each in ids if found[each]["state"] == "open"]

    def meeting(self, meeting: str) -> Row | None:
        """A meeting by id."""
        return find_meeting(self._work.connection, meeting)

    def call_meeting(self, title: str, at: datetime, by: str | None) -> Row:
        """Keep a new meeting."""
        row = {"id": new_id(), "title": title, "at": at, "created": self._work.now, "created_by": by}
        self._work.add(meetings, row)
        return row

    def schedule(self, ids: Iterable[str], meeting: str) -> None:
        """Put supervisions on the agenda of a meeting."""
        added = list(ids)
        for supervision in added:
            self._work.add(agenda, {"meeting": meeting, "supervision": supervision, "added": self._work.now})
        change = supervisions.update().where(supervisions.c.id.in_(added)).values(state="scheduled", meeting=meeting)
        if added:
            self._work.execute(change)

    def is_on_agenda(self, supervision: str, meeting: str) -> bool:
        """Whether the supervision is, or was, on the agenda of this meeting."""
        query = sa.select(agenda.c.meeting).where(agenda.c.supervision == supervision, agenda.c.meeting == meeting)
        return self._work.execute(query).first() is not None

    def resolve(self, supervision: str, result: str, note: str, promise: Promise | None, by: str | None) -> None:
        """Record what a supervision came to."""
        change: dict[str, Any] = {
            "state": "resolved",
            "result": result,
            "note": note,
            "resolved": self._work.now,
            "resolved_by": by,
        }
        if promise is not None:
            change |= {"promise": promise.what, "promise_due": promise.due, "promise_who": promise.who}
        self._work.execute(supervisions.update().where(supervisions.c.id == supervision).values(change))

    def publish(self, opinion: str, message: Message) -> None:
        """Say a message about the case of a supervision that was taken."""
        if self._case_publisher is None:
            raise RuntimeError("a supervision has to be taken before anything is said about it")
        self._case_publisher.publish(message, opinion)


def list_supervisions(connection: Connection, filters: Mapping[str, Any], before: str | None, limit: int) -> list[Row]:
    """Supervisions, the newest first, one more than `limit`; `filters` by column, None for any."""
    return rows_of(connection.execute(newest_first(sa.select(supervisions), supervisions, filters, before, limit)))


def list_meetings(connection: Connection, before: str | None, limit: int) -> list[Row]:
    """Meetings with how many supervisions are on the agenda and how many of those are resolved, the newest first."""
    resolved = sa.func.sum(sa.case((supervisions.c.state == "resolved", 1), else_=0))
    counted = (
        sa.select(agenda.c.meeting, sa.func.count().label("total"), resolved.label("resolved"))
        .join(supervisions, supervisions.c.id == agenda.c.supervision)
        .group_by(agenda.c.meeting)
        .subquery()
    )
    columns = (sa.func.coalesce(counted.c[name], 0).label(name) for name in ("total", "resolved"))
    query = sa.select(meetings, *columns).outerjoin(counted, counted.c.meeting == meetings.c.id)
    return rows_of(connection.execute(newest_first(query, meetings, {}, before, limit)))


def find_meeting(connection: Connection, meeting: str) -> Row | None:
    """A meeting by id; None when there is no such."""
    return row_of(connection.execute(sa.select(meetings).where(meetings.c.id == meeting)))


def open_supervisions(connection: Connection, department: str | None) -> list[Row]:
    """Supervisions that have no result yet, of one department or of all, by department and the longest overdue first.

    As `agenda_of` with the meeting's `meeting_title` and `meeting_at`; as many as an agenda takes.
    """
    columns = (meetings.c.title.label("meeting_title"), meetings.c.at.label("meeting_at"))
    query = (
        sa.select(supervisions, *_progress(), *columns)
        .outerjoin(meetings, meetings.c.id == supervisions.c.meeting)
        .where(supervisions.c.state != "resolved", *([supervisions.c.department == department] if department else []))
    )
    return rows_of(connection.execute(query.order_by(*_BY_DEPARTMENT).limit(MOST_ON_AN_AGENDA)))


def agenda_of(connection: Connection, meeting: str) -> list[Row]:
    """The supervisions on an agenda by department; `waiting` for an answer still, or answered (or paused) at `ended`."""
    query = (
        sa.select(supervisions, *_progress())
        .join(agenda, agenda.c.supervision == supervisions.c.id)
        .where(agenda.c.meeting == meeting)
    )
    return rows_of(connection.execute(query.order_by(*_BY_DEPARTMENT)))


def _progress() -> tuple[sa.ColumnElement[Any], ...]:
    waiting = _versions_since().where(is_state(deadlines, "open")).exists().label("waiting")
    ended = _versions_since(sa.func.max(deadlines.c.ended, type_=Instant)).scalar_subquery().label("ended")
    return waiting, ended


def _versions_since(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """What a supervision is about: the deadline in its version and those after; after a rating, the one of the rework."""
    table, about = deadlines.c, supervisions.c
    reworked = sa.and_(about.kind == "evaluation", table.kind.in_(("reply", "rework")))
    query = sa.select(*(columns or (table.kind,))).where(table.assignment == about.assignment, table.version >= about.version)
    return query.where(sa.or_(table.kind == about.kind, reworked)).correlate(supervisions)
