"""Routing's side of one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from services.contracts.messages.supervision import CalendarChanged
from services.contracts.messages.values import Message
from services.contracts.topology import destinations, to_departments
from services.routing import domain
from services.routing.store.calendars import CalendarStore
from services.routing.store.commands import CommandStore
from services.routing.store.joined import JoinedStore
from services.routing.store.lookbacks import LookbackStore
from services.routing.store.promises import PromiseStore
from services.routing.store.resyncs import ResyncStore
from services.routing.store.tables import IN_ORDER, LEADS, assignments, cases, rulings
from services.runtime.clock import new_id
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import INSERTS, Transaction, row_of, rows_of

Row = Mapping[str, Any]


def _count(dialect: str) -> sa.Executable:
    # One statement for cases new and old: what is deferred runs once for the whole batch, so no other could come before it.
    new = INSERTS[dialect](cases)
    count: sa.Executable = new.on_conflict_do_update(index_elements=[cases.c.opinion], set_={"said": new.excluded.said})
    return count


_NAMED = cases.c.opinion.in_(sa.bindparam("opinions", expanding=True))
_HOLD = sa.select(cases.c.opinion).where(_NAMED).order_by(cases.c.opinion).with_for_update()
_OTHERS = assignments.alias("others")
_SHARED = sa.exists().where(_OTHERS.c.opinion == cases.c.opinion, _OTHERS.c.role != "lead")
_ONE = cases.c.opinion == sa.bindparam("opinion")
_LOCK = sa.select(cases.c.said, _SHARED.label("shared")).where(_ONE).with_for_update()
_BESIDE = (
    sa.select(assignments.c.department)
    .where(assignments.c.opinion == sa.bindparam("opinion"), assignments.c.role != "lead", assignments.c.state != "released")
    .order_by(*IN_ORDER)
)
_COUNTS = {dialect: _count(dialect) for dialect in INSERTS}


class RoutingStore:
    """Routing's side of one transaction.

    Whoever changes a case holds its row in `cases`: two departments of one opinion act one after the other, and what is said of
    it has one growing sequence. The row is locked before any of the case's assignments is read, so none of them is out of date.
    """

    def __init__(self, work: Transaction) -> None:
        self._work = work
        self.now = work.now
        #: What had been said of each case that is locked here.
        self._said: dict[str, int] = {}
        #: Those of them that somebody handles, or has handled, beside a lead.
        self._shared: set[str] = set()
        self.promises, self.lookbacks, self.calendars = PromiseStore(work), LookbackStore(work), CalendarStore(work)
        self.commands, self.resyncs = CommandStore(work), ResyncStore(work)
        self.joined = JoinedStore(work)

    def new_id(self) -> str:
        """An id for something new."""
        return new_id()

    def open_case(self, opinion: str) -> None:
        """Begin the case of an opinion, of which nothing has been said yet; its first lead cannot be stored twice."""
        self._said[opinion] = 0

    def hold_cases(self, opinions: Collection[str]) -> None:
        """Lock the cases of a batch in one order, so that two workers with batches of their own never wait for one another."""
        self._work.execute(_HOLD, {"opinions": sorted(set(opinions))})

    def hold_cases_of(self, assignment_ids: Collection[str]) -> None:
        """The same, for a batch that names assignments."""
        query = sa.select(assignments.c.opinion).where(assignments.c.id.in_(set(assignment_ids)))
        self.hold_cases(self._work.execute(query).scalars().all())

    def publish_case(self, opinion: str, *messages: Message) -> None:
        """Put messages about an opinion into the outbox, each with the next sequence number of its case."""
        if opinion not in self._said:
            self._lock(opinion)
        for sequence, message in enumerate(messages, self._said[opinion] + 1):
            beside = self._beside(opinion) if message.BESIDE and opinion in self._shared else ()
            to, message_id = destinations(message, beside), domain.message_id_of(message)
            self._work.publish(message, subject=opinion, sequence=sequence, message_id=message_id, to=to)
        self._said[opinion] += len(messages)
        self._work.defer(_COUNTS[self._work.connection.dialect.name], {"opinion": opinion, "said": self._said[opinion]})

    def copy_to_department(self, opinion: str, message: Message, department: str, message_id: str) -> None:
        """Put what another service has published into a department's queue, under its id and without what is withheld.

        It is not one of the case's own messages, so it has the number of the last one.
        """
        if opinion not in self._said:
            self._lock(opinion)
        self._work.publish(
            message, subject=opinion, sequence=self._said[opinion], message_id=message_id, to=to_departments(department),
            withheld=message.WITHHELD,
        )  # fmt: skip

    def _beside(self, opinion: str) -> Sequence[str]:
        """The departments beside the lead that have not been let go."""
        return self._work.execute(_BESIDE, {"opinion": opinion}).scalars().all()

    def publish_calendar(self, changed: CalendarChanged) -> None:
        """Tell a department what the changed calendar has moved. Of its own subject, as the answer to a command is."""
        self._work.publish(changed, subject=new_id(), sequence=0)

    def add(self, row: dict[str, Any]) -> None:
        """Store a new assignment; a second lead for one opinion fails the commit."""
        if row["role"] != "lead":
            self._shared.add(row["opinion"])
        self._work.add(assignments, {"updated": self.now, **row})

    def assignment(self, assignment_id: str) -> Row | None:
        """One assignment, its case locked until the commit."""
        this = assignments.c.id == assignment_id
        opinion = self._work.execute(sa.select(assignments.c.opinion).where(this)).scalar()
        return None if opinion is None else self._find(opinion, this)

    def has_had(self, department: str) -> bool:
        """Whether a department was ever given anything, so that it is known though the catalogue may have it no more."""
        return (
            self._work.execute(sa.select(assignments.c.id).where(assignments.c.department == department).limit(1)).first()
            is not None
        )

    def change(self, assignment_id: str, **values: Any) -> None:
        """Set columns of an assignment."""
        self._work.execute(assignments.update().where(assignments.c.id == assignment_id).values(**values))

    def change_case(self, opinion: str, **values: Any) -> None:
        """Set columns of every assignment of an opinion."""
        self._work.execute(assignments.update().where(assignments.c.opinion == opinion).values(**values))

    def lead_of(self, opinion: str) -> Row | None:
        """The assignment of the department that has the opinion now, its case locked until the commit."""
        return self._find(opinion, (assignments.c.opinion == opinion) & LEADS)

    def others_of(self, opinion: str) -> list[Row]:
        """The assignments of those that have handled an opinion beside a lead, whatever became of them, oldest first."""
        others = assignments.c.role != "lead"
        query = sa.select(assignments).where(assignments.c.opinion == opinion, others).order_by(*IN_ORDER)
        return rows_of(self._work.execute(query))

    def lapsed(self, before: datetime, limit: int, after: After = None) -> list[Row]:
        """Replied assignments whose evaluation window closed before then, the first of those behind (evaluate_by, id)."""
        return self._due("replied", assignments.c.evaluate_by, before, limit, after)

    def paused_too_long(self, limit: int, after: After = None) -> list[Row]:
        """Paused assignments whose pause has reached its end, the first of those behind (paused_until, id)."""
        return self._due("paused", assignments.c.paused_until, self.now, limit, after)

    def remember(self, row: Row, *, about: str, granted: bool, reason: str, by: str, target: str | None) -> None:
        """Keep a ruling on an assignment, as a precedent for its topic."""
        self._work.add(rulings, {
            "id": new_id(), "assignment": row["id"], "about": about, "granted": granted, "reason": reason, "by": by,
            "at": self.now, "topic": row["topic"], "department": row["department"], "target": target,
        })  # fmt: skip

    def _lock(self, opinion: str) -> None:
        row = self._work.execute(_LOCK, {"opinion": opinion}).one_or_none()
        if row is not None:
            self._note(opinion, row.said, shared=row.shared)

    def _note(self, opinion: str, said: int, *, shared: bool) -> None:
        self._said[opinion] = said
        if shared:
            self._shared.add(opinion)

    def _find(self, opinion: str, which: sa.ColumnElement[bool]) -> Row | None:
        self._lock(opinion)
        return row_of(self._work.execute(sa.select(assignments).where(which)))

    def _due(self, state: str, column: sa.Column[Any], before: datetime, limit: int, after: After) -> list[Row]:
        # The state as a literal, so that both databases see that the partial index fits; what another worker holds is passed over.
        # Both rows are locked here: one that changed while this looked for it is looked at again, and nobody is waited for.
        query = (
            sa.select(assignments, cases.c.said, _SHARED.label("shared"))
            .join(cases, cases.c.opinion == assignments.c.opinion)
            .where(assignments.c.state == sa.literal_column(f"'{state}'"), column < before)
            .where(behind(after, column, assignments.c.id))
            .order_by(column, assignments.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        rows = rows_of(self._work.execute(query))
        for row in rows:
            self._note(row["opinion"], row["said"], shared=row["shared"])
        return rows
