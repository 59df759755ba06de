"""Supervisions and the meetings that deal with them, inside one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.contracts.catalogue.sessions import SUPERVISION_MEETING
from services.contracts.messages.values import Promise
from services.notify.domain.ladder import Deadline
from services.notify.domain.sessions.details import Details
from services.notify.domain.sessions.session import Session
from services.notify.domain.supervisions import Meeting, Supervision
from services.notify.store.cases import CasePublisher
from services.notify.store.sessions.sessions import SessionStore
from services.notify.store.sessions.tables import sessions
from services.notify.store.supervision.tables import agenda, supervisions
from services.notify.store.tables import AnyRow
from services.runtime.clock import new_id
from services.runtime.store.database import Transaction

MOST_ON_AN_AGENDA = 500
#: The sessions on whose agenda supervisions stand.
MEETINGS = sa.select(*(sessions.c[name] for name in ("id", "title", "at", "created", "created_by"))).where(
    sessions.c.kind == SUPERVISION_MEETING
)
#: The fields that are columns as they are; a promise is in three columns.
NAMES = tuple(field.name for field in fields(Supervision) if field.name not in ("promise", "messages"))
#: What never changes about a supervision, and what may.
FIXED = ("id", "opinion", "assignment", "department", "kind", "title", "raised", "reason", "raised_by")
CHANGING = (*(name for name in NAMES if name not in FIXED), "promise", "promise_due", "promise_who")
_VALUES = attrgetter(*NAMES)
_CHANGE = supervisions.update().where(supervisions.c.id == sa.bindparam("_id")).values({
    name: sa.bindparam(f"_{name}", type_=supervisions.c[name].type) for name in CHANGING
})  # fmt: skip


class SupervisionStore:
    """What is changed about supervisions in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self._case_publisher: CasePublisher | None = None
        self._new: set[str] = set()
        #: What was on the agenda of each meeting when it was loaded; None for a new one.
        self._agendas: dict[str, set[str]] = {}

    @property
    def now(self) -> datetime:
        """The present instant by the store's clock."""
        return self._work.now

    def load(self, ids: Collection[str]) -> dict[str, Supervision]:
        """Supervisions by id, held until the transaction ends; those that do not exist are missing."""
        table, named = supervisions.c, supervisions.c.id.in_(sorted(ids))
        # Their cases first, as the climbing worker takes them.
        self._case_publisher = CasePublisher(self._work, self._work.execute(sa.select(table.opinion).where(named)).scalars())
        held = self._work.execute(sa.select(supervisions).where(named).order_by(table.id).with_for_update())
        return {row.id: supervision_of(row) for row in held}

    def load_open(self) -> list[Supervision]:
        """Supervisions that are on no agenda yet, the longest overdue first, as many as an agenda takes."""
        table = supervisions.c
        query = sa.select(table.id).where(table.state == "open").order_by(table.due, table.id).limit(MOST_ON_AN_AGENDA)
        ids = list(self._work.execute(query).scalars())
        found = self.load(ids)
        return [found[each] for each in ids if found[each].state == "open"]

    def load_for(self, deadline: Deadline, rung: str) -> Supervision:
        """The supervision that is not resolved for a deadline, held until the transaction ends, or a new one."""
        table = supervisions.c
        same = (table.assignment == deadline.assignment, table.kind == deadline.kind, table.state != "resolved")
        row = self._work.execute(sa.select(supervisions).where(*same).with_for_update()).first()
        if row is not None:
            return supervision_of(row)
        supervision = Supervision.about(deadline, rung, new_id(), self._work.now)
        self._new.add(supervision.id)
        return supervision

    def is_supervised(self, assignment: str) -> bool:
        """Whether an assignment has a supervision without a result, whatever it is about."""
        open_ones = sa.select(supervisions.c.id).where(supervisions.c.assignment == assignment, supervisions.c.state != "resolved")
        return self._work.execute(open_ones.limit(1)).first() is not None

    def new_by_hand(self, deadline: Deadline, reason: str, by: str | None) -> Supervision:
        """One that somebody has raised, kept when it is saved."""
        supervision = Supervision.by_hand(deadline, reason, by, new_id(), self._work.now)
        self._new.add(supervision.id)
        return supervision

    def meeting(self, meeting: str) -> Meeting | None:
        """A meeting by id, with its agenda."""
        found = find_meeting(self._work.connection, meeting)
        if found is not None:
            query = sa.select(agenda.c.supervision).where(agenda.c.meeting == meeting)
            found.agenda = set(self._work.execute(query).scalars())
            self._agendas[meeting] = set(found.agenda)
        return found

    def new_meeting(self, title: str, at: datetime, by: str | None) -> Meeting:
        """A meeting that is kept when it is saved."""
        return Meeting(new_id(), title, at, self._work.now, by)

    def save(self, changed: Sequence[Supervision], meeting: Meeting | None = None) -> None:
        """Write supervisions and what was published about them, and the meeting that took them."""
        if meeting is not None:
            self._save_meeting(meeting)
        for supervision in changed:
            if supervision.id in self._new:
                self._work.add(supervisions, _row(supervision))
                self._new.discard(supervision.id)
            else:
                row = _row(supervision)
                self._work.defer(_CHANGE, {"_id": supervision.id, **{f"_{name}": row[name] for name in CHANGING}})
            self._publish(supervision)
        # At once, so that a second rung of the same batch finds it.
        self._work.flush()
        if self._case_publisher is not None:
            self._case_publisher.settle()

    def _save_meeting(self, meeting: Meeting) -> None:
        if meeting.id not in self._agendas:
            session = Session.planned(
                meeting.id, Details(SUPERVISION_MEETING, meeting.title, meeting.at), self.now, meeting.created_by
            )
            SessionStore(self._work).save(session, session.call())
        for supervision in sorted(meeting.agenda - self._agendas.get(meeting.id, set())):
            self._work.add(agenda, {"meeting": meeting.id, "supervision": supervision, "added": self._work.now})
        self._agendas[meeting.id] = set(meeting.agenda)

    def _publish(self, supervision: Supervision) -> None:
        for message in supervision.messages:
            if self._case_publisher is None:
                raise RuntimeError("a supervision has to be loaded before anything is published about it")
            self._case_publisher.publish(message, supervision.opinion)
        supervision.messages.clear()


def find_meeting(connection: Connection, meeting: str) -> Meeting | None:
    """A meeting by id, without its agenda; None when there is no such."""
    row = connection.execute(MEETINGS.where(sessions.c.id == meeting)).first()
    return None if row is None else meeting_of(row)


def meeting_of(row: AnyRow) -> Meeting:
    """What a row of the table of sessions says of a meeting."""
    return Meeting(row.id, row.title, row.at, row.created, row.created_by)


def supervision_of(row: AnyRow) -> Supervision:
    """What a row of the table of supervisions says."""
    promise = None if row.promise is None else Promise(row.promise, row.promise_due, row.promise_who)
    return Supervision(
        row.id, row.opinion, row.assignment, row.department, row.kind, row.version, row.rung, row.title, row.due, row.raised,
        row.state, row.meeting, row.result, row.note, promise, row.resolved, row.resolved_by,
        row.reason, row.raised_by,
    )  # fmt: skip


def _row(supervision: Supervision) -> dict[str, object]:
    promise = supervision.promise
    what, due, who = (promise.what, promise.due, promise.who) if promise else (None, None, None)
    values = dict(zip(NAMES, _VALUES(supervision), strict=True))
    return {**values, "promise": what, "promise_due": due, "promise_who": who}
