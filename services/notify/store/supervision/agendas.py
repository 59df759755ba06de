"""Reading supervisions, meetings and agendas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notify.domain.agenda import AgendaEntry
from services.notify.domain.supervisions import Meeting, Supervision, SupervisionState
from services.notify.store.sessions.tables import sessions
from services.notify.store.supervision.supervisions import MEETINGS, MOST_ON_AN_AGENDA, meeting_of, supervision_of
from services.notify.store.supervision.tables import agenda, supervisions
from services.notify.store.tables import AnyRow, deadlines, is_state
from services.runtime.store.counting import count_up_to
from services.runtime.store.database import Instant
from services.runtime.web.lists.listing import narrowed, newest_first

_BY_DEPARTMENT = (supervisions.c.department, supervisions.c.due, supervisions.c.id)


@dataclass(frozen=True, slots=True)
class CountedMeeting:
    """A meeting with how many supervisions are on its agenda and how many of them are resolved."""

    meeting: Meeting
    total: int
    resolved: int


def list_supervisions(connection: Connection, filters: Mapping[str, object], before: str | None, limit: int) -> list[Supervision]:
    """Supervisions, the newest first, one more than `limit`; `filters` by column, None for any."""
    query = newest_first(sa.select(supervisions), supervisions, filters, before, limit)
    return [supervision_of(row) for row in connection.execute(query)]


def list_meetings(connection: Connection, before: str | None, limit: int) -> list[CountedMeeting]:
    """Meetings with what is on their agendas, the newest first."""
    resolved = sa.func.sum(sa.case((supervisions.c.state == "resolved", 1), else_=0))
    counted = (
        sa.select(agenda.c.meeting, sa.func.count().label("total"), resolved.label("resolved"))
        .join(supervisions, supervisions.c.id == agenda.c.supervision)
        .group_by(agenda.c.meeting)
        .subquery()
    )
    columns = (sa.func.coalesce(counted.c[name], 0).label(name) for name in ("total", "resolved"))
    query = MEETINGS.add_columns(*columns).outerjoin(counted, counted.c.meeting == sessions.c.id)
    found = connection.execute(newest_first(query, sessions, {}, before, limit))
    return [CountedMeeting(meeting_of(row), row.total, row.resolved) for row in found]


def open_supervisions(connection: Connection, department: str | None) -> list[AgendaEntry]:
    """Supervisions that have no result yet with their meetings, of one department or of all, as many as an agenda takes.

    By department, and the longest overdue first.
    """
    planned = (sessions.c[name].label(f"meeting_{name}") for name in ("title", "at", "created", "created_by"))
    query = (
        sa.select(supervisions, *_progress(), *planned)
        .outerjoin(sessions, sessions.c.id == supervisions.c.meeting)
        .where(supervisions.c.state != "resolved", *([supervisions.c.department == department] if department else []))
    )
    return [_entry(row, _planned(row)) for row in connection.execute(query.order_by(*_BY_DEPARTMENT).limit(MOST_ON_AN_AGENDA))]


def count_supervisions(connection: Connection, state: SupervisionState, department: str | None, most: int) -> int:
    """How many supervisions are in a state that is not the last one, of one department or of all, counted no further than that."""
    query = sa.select(supervisions.c.id).where(supervisions.c.state != "resolved", supervisions.c.state == state)
    return count_up_to(connection, narrowed(query, supervisions, {"department": department}), most)


def waiting_on_agenda(connection: Connection, meeting: str) -> int:
    """How many supervisions wait for a meeting that has them on its agenda."""
    table = supervisions.c
    query = sa.select(sa.func.count()).where(table.state == "scheduled", table.meeting == meeting)
    return connection.execute(query.where(table.state != "resolved")).scalar_one()


def agenda_of(connection: Connection, meeting: str) -> list[AgendaEntry]:
    """The supervisions on an agenda, by department and the longest overdue first."""
    query = (
        sa.select(supervisions, *_progress())
        .join(agenda, agenda.c.supervision == supervisions.c.id)
        .where(agenda.c.meeting == meeting)
    )
    return [_entry(row, None) for row in connection.execute(query.order_by(*_BY_DEPARTMENT))]


def _entry(row: AnyRow, meeting: Meeting | None) -> AgendaEntry:
    return AgendaEntry(supervision_of(row), bool(row.waiting), row.last_ended, meeting)


def _planned(row: AnyRow) -> Meeting | None:
    if row.meeting_title is None:
        return None
    return Meeting(row.meeting, row.meeting_title, row.meeting_at, row.meeting_created, row.meeting_created_by)


def _progress() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[datetime]]:
    waiting = _versions_since(deadlines.c.kind).where(is_state(deadlines, "open")).exists().label("waiting")
    ended = _versions_since(sa.func.max(deadlines.c.ended, type_=Instant)).scalar_subquery().label("last_ended")
    return waiting, ended


def _versions_since(column: sa.ColumnElement[object]) -> sa.Select[object]:
    """What a supervision is about: the deadline in its version and those after; after a rating, the one of the rework."""
    table, about = deadlines.c, supervisions.c
    reworked = sa.and_(about.kind == "evaluation", table.kind.in_(("reply", "rework")))
    query = sa.select(column).where(table.assignment == about.assignment, table.version >= about.version)
    return query.where(sa.or_(table.kind == about.kind, reworked)).correlate(supervisions)
