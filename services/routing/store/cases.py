"""Cases within one transaction: loaded with all that is known of them, saved with what is published of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from services.contracts.catalogue.model import Catalogue
from services.contracts.lifecycle import CoState, State
from services.contracts.messages.supervision import CalendarChanged
from services.contracts.messages.values import Outcome
from services.contracts.topology import destinations, to_departments
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case, Precedent
from services.routing.domain.commanding import message_id_of
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Part
from services.routing.domain.moves.promising import TrackedPromise
from services.routing.domain.roles import LEAD
from services.routing.store.calendars import CalendarStore
from services.routing.store.commands import CommandStore
from services.routing.store.erased import ErasedStore
from services.routing.store.joined import JoinedStore
from services.routing.store.learning.doubts import DoubtStore
from services.routing.store.lookbacks import LookbackStore
from services.routing.store.promises import PROMISES, due_promises, promises
from services.routing.store.resyncs import ResyncStore
from services.routing.store.support import SupportStore
from services.routing.store.tables import IN_ORDER, assignments, cases, rulings
from services.runtime.clock import new_id
from services.runtime.process.sweep import After, behind
from services.runtime.store.database import INSERTS, Transaction
from services.runtime.store.nouns import Nouns, NounTable
from services.runtime.store.statements.bulk import among


def _assignment(row: Any) -> Assignment:
    found: Assignment
    if row.role == LEAD:
        found = Lead(*row)
        found.state = State(row.state)
    else:
        found = Part(*row)
        found.state = CoState(row.state)
    found.outcome = None if row.outcome is None else Outcome(row.outcome)
    return found


def _count(dialect: str) -> sa.Executable:
    # One statement for cases new and old: what is deferred runs once for the whole batch, so no other could come before it.
    new = INSERTS[dialect](cases)
    count: sa.Executable = new.on_conflict_do_update(
        index_elements=[cases.c.opinion], set_={"last_sequence": new.excluded.last_sequence}
    )
    return count


ASSIGNMENTS = NounTable(assignments, Assignment, _assignment)
RULINGS = NounTable(rulings, Precedent)
_HOLD = (
    sa.select(cases.c.opinion, cases.c.last_sequence, cases.c.session)
    .where(among(cases.c.opinion, "named"))
    .order_by(cases.c.opinion)
    .with_for_update()
)
_THEIRS = ASSIGNMENTS.query.where(among(assignments.c.opinion, "named")).order_by(*IN_ORDER)
_PROMISED = PROMISES.query.where(among(promises.c.assignment, "named")).order_by(promises.c.due, promises.c.id)
_OPINIONS = sa.select(assignments.c.opinion).where(among(assignments.c.id, "named"))
_COUNTS = {dialect: _count(dialect) for dialect in INSERTS}


class WaitingAssignment(NamedTuple):
    """An assignment that something has to happen to, and since when."""

    since: datetime
    id: str
    opinion: str


class RoutingStore:
    """Routing's side of one transaction.

    Loading a case locks its row in `cases`: two departments of one opinion act one after the other, and its messages have one
    growing sequence. The row is locked before any of the case's assignments is read, so none of them is out of date.
    A case that is asked for again is the same object.
    """

    def __init__(self, work: Transaction, catalogue: Catalogue) -> None:
        self._work, self.catalogue, self.now = work, catalogue, work.now
        self._cases: dict[str, Case] = {}
        #: The number of the last message of each of them.
        self._sequences: dict[str, int] = {}
        #: The opinion of each of their assignments.
        self._opinions: dict[str, str] = {}
        #: The cases whose promises are loaded.
        self._promised: set[str] = set()
        self._assignments, self._promises = Nouns(work, ASSIGNMENTS), Nouns(work, PROMISES)
        self._rulings = Nouns(work, RULINGS)
        self.lookbacks, self.calendars = LookbackStore(work), CalendarStore(work)
        self.commands, self.resyncs = CommandStore(work), ResyncStore(work)
        self.joined, self.doubts, self.support = JoinedStore(work), DoubtStore(work), SupportStore(work)
        self.erased = ErasedStore(work)

    def load(self, opinions: Iterable[str]) -> None:
        """Load the cases of a batch, held in one order, so that two workers never wait for one another."""
        missing = sorted(set(opinions) - self._cases.keys())
        if not missing:
            return
        for opinion, last_sequence, session in self._work.fetch(_HOLD, {"named": missing}):
            self._begin(opinion, last_sequence, session)
        for each in self._assignments.load(_THEIRS, {"named": missing}):
            self._cases[each.opinion].assignments.append(each)
            self._opinions[each.id] = each.opinion

    def load_of(self, assignment_ids: Iterable[str]) -> None:
        """The same, for a batch that names assignments."""
        missing = set(assignment_ids) - self._opinions.keys()
        if missing:
            self.load(opinion for (opinion,) in self._work.fetch(_OPINIONS, {"named": sorted(missing)}))

    def load_promises(self, *loaded: Case) -> None:
        """Load what has been promised in cases, the earliest due first."""
        theirs = {each.id: case for case in loaded for each in case.assignments if case.opinion not in self._promised}
        if not theirs:
            return
        self._promised.update(case.opinion for case in loaded)
        for promise in self._promises.load(_PROMISED, {"named": sorted(theirs)}):
            made = theirs[promise.assignment].promises
            if promise.id not in {each.id for each in made}:
                made.append(promise)

    def promises_of(self, assignment: Assignment) -> list[TrackedPromise]:
        """What has been promised with an assignment of a case that is loaded, the earliest due first."""
        case = self._cases[assignment.opinion]
        self.load_promises(case)
        return case.promises_of(assignment)

    def open_case(self, opinion: str, session: str | None = None) -> Case:
        """The case of an opinion of which nothing has been published yet; its first lead cannot be stored twice."""
        return self._begin(opinion, 0, session)

    def case(self, opinion: str) -> Case | None:
        """The case of an opinion; None for one that is not known."""
        self.load([opinion])
        return self._cases.get(opinion)

    def case_of(self, assignment_id: str) -> Case | None:
        """The case of an assignment; None for one that is not known."""
        self.load_of([assignment_id])
        opinion = self._opinions.get(assignment_id)
        return None if opinion is None else self._cases[opinion]

    def save(self, case: Case) -> None:
        """Write what has changed of a case, and put its events into the outbox, each with the next number."""
        self._assignments.save(case.assignments)
        self._promises.save(case.promises)
        self._rulings.save(case.rulings)
        for each in case.assignments:
            self._opinions[each.id] = case.opinion
        self._publish(case)

    def publish_calendar(self, changed: CalendarChanged) -> None:
        """Tell a department what the changed calendar has moved. Of its own subject, as the answer to a command is."""
        self._work.publish(changed, subject=new_id(), sequence=0)

    def has_had(self, department: str) -> bool:
        """Whether a department was ever given anything, so that it is known though the catalogue may have it no more."""
        query = sa.select(assignments.c.id).where(assignments.c.department == department).limit(1)
        return self._work.execute(query).first() is not None

    def lapsed(self, before: datetime, limit: int, after: After = None) -> list[WaitingAssignment]:
        """Replied assignments whose evaluation window closed before then, the first of those behind (evaluate_by, id)."""
        return self._due("replied", assignments.c.evaluate_by, before, limit, after)

    def paused_too_long(self, limit: int, after: After = None) -> list[WaitingAssignment]:
        """Paused assignments whose pause has reached its end, the first of those behind (paused_until, id)."""
        return self._due("paused", assignments.c.paused_until, self.now, limit, after)

    def promises_due(self, limit: int, after: After = None) -> list[TrackedPromise]:
        """Open promises that are past due, the first of those behind (due, id). Not locked: look again in the case."""
        return PROMISES.all(self._work.execute(due_promises(self.now, limit, after)))

    def _begin(self, opinion: str, sequence: int, session: str | None) -> Case:
        case = self._cases[opinion] = Case(opinion, self.catalogue, self.now, new_id, session=session)
        self._sequences[opinion] = sequence
        return case

    def _publish(self, case: Case) -> None:
        sequence = self._sequences[case.opinion]
        for each in case.events:
            if each.copy_to is not None:
                # Not one of the case's own messages, so it has the number of the last one.
                self._work.publish(
                    each.message, subject=case.opinion, sequence=sequence, message_id=each.message_id,
                    to=to_departments(each.copy_to), withheld=each.message.WITHHELD, session=case.session,
                )  # fmt: skip
                continue
            sequence += 1
            to, message_id = destinations(each.message, each.beside), message_id_of(each.message)
            self._work.publish(
                each.message, subject=case.opinion, sequence=sequence, message_id=message_id, to=to, session=case.session
            )
        if sequence > self._sequences[case.opinion]:
            row = {"opinion": case.opinion, "last_sequence": sequence, "session": case.session}
            self._work.defer(_COUNTS[self._work.connection.dialect.name], row)
        self._sequences[case.opinion] = sequence
        case.events.clear()

    def _due(self, state: str, column: sa.Column[Any], before: datetime, limit: int, after: After) -> list[WaitingAssignment]:
        # The state as a literal, so that both databases see that the partial index fits; what another worker holds is passed over.
        # Both rows are locked here: one that changed while this looked for it is looked at again, and nobody is waited for.
        query = (
            sa.select(column, assignments.c.id, assignments.c.opinion)
            .join(cases, cases.c.opinion == assignments.c.opinion)
            .where(assignments.c.state == sa.literal_column(f"'{state}'"), column < before)
            .where(behind(after, column, assignments.c.id))
            .order_by(column, assignments.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list(map(WaitingAssignment._make, self._work.execute(query)))
