"""One opinion with all of its assignments, and the messages it publishes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.contracts.catalogue import stored
from services.contracts.catalogue.model import Catalogue
from services.contracts.errors import Conflict, NotAllowed
from services.contracts.lifecycle import CoState, Move, State, advance, allowed_moves
from services.contracts.messages.assignments import AssignmentCancelled, AssignmentMarked, AssignmentRaised
from services.contracts.messages.merging import AssignmentDetailed
from services.contracts.messages.supervision import PromiseMade
from services.contracts.messages.values import CoOpinion, Message, Promise, RaisedBy
from services.routing.domain.assignment import Assignment
from services.routing.domain.checks import with_details
from services.routing.domain.levels import Mark, level_after, next_level
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Ending, Part
from services.routing.domain.moves.promising import TrackedPromise, who_promises
from services.routing.domain.roles import ROLES


@dataclass(frozen=True, slots=True)
class Publication:
    """A message about a case; its copies for departments `beside` the lead go along with it.

    With `copy_to` it is what goes into that department's queue alone, under `message_id`: what another service has published, or
    something published before.
    """

    message: Message
    beside: tuple[str, ...] = ()
    copy_to: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Precedent:
    """A ruling as it is kept for its topic; `target` is the department that an objection leads to."""

    id: str
    assignment: str
    about: Literal["objection", "part", "extension", "review"]
    granted: bool
    reason: str
    by: str
    at: datetime
    topic: str | None
    department: str
    target: str | None


@dataclass(slots=True)
class Case:
    """An opinion under the catalogue of now. Its row in the store is locked while it changes, so that its messages have one order.

    `assignments` are all that it has had, in the order in which they were given. `promises` are there when they were asked for;
    new ones are added. `events` is what is to be published, `rulings` what is to be kept of rulings. `session` is where the opinion
    was told, if at one.
    """

    opinion: str
    catalogue: Catalogue
    now: datetime
    new_id: Callable[[], str]
    assignments: list[Assignment] = field(default_factory=list)
    promises: list[TrackedPromise] = field(default_factory=list)
    events: list[Publication] = field(default_factory=list)
    rulings: list[Precedent] = field(default_factory=list)
    session: str | None = None

    @property
    def lead(self) -> Lead | None:
        """The assignment of the department that has the case now."""
        leads = (each for each in self.assignments if isinstance(each, Lead) and each.state is not State.REASSIGNED)
        return next(leads, None)

    @property
    def parts(self) -> list[Part]:
        """The assignments of those that have handled it beside a lead, whatever became of them."""
        return [each for each in self.assignments if isinstance(each, Part)]

    @property
    def open_parts(self) -> list[Part]:
        """Those beside the lead from whom an answer is waited for."""
        return [each for each in self.parts if each.state.is_with_department]

    @property
    def unneeded(self) -> list[Part]:
        """Whose opinion the lead's reply does not wait for. Separate handlers answer for their own part and are not among them."""
        return [each for each in self.open_parts if each.role == ROLES["joint"]]

    @property
    def engaged(self) -> list[Assignment]:
        """The assignments of all who have the case; an answered lead has it still."""
        lead = self.lead
        return [lead, *self.open_parts] if lead is not None and lead.state.is_with_routing else []

    def assignment(self, assignment_id: str) -> Assignment:
        """One of its assignments."""
        return next(each for each in self.assignments if each.id == assignment_id)

    def owned(self, assignment_id: str, department: str | None) -> Assignment:
        """The same; raises `NotAllowed` for another department's. `department` is None for an administrator."""
        found = self.assignment(assignment_id)
        if department not in (None, found.department):
            raise NotAllowed("This assignment belongs to another department.")
        return found

    def leading(self, assignment_id: str, department: str | None = None) -> Lead:
        """The same; raises `Conflict` for an assignment beside a lead's."""
        found = self.owned(assignment_id, department)
        if not isinstance(found, Lead):
            raise Conflict(f"This is for the lead's assignment; the role of this one is '{found.role}'.")
        return found

    def publish(self, *messages: Message) -> None:
        """Have messages published, each with the next number of the case."""
        for message in messages:
            self.events.append(Publication(message, self._beside() if message.BESIDE else ()))

    def copy(self, message: Message, department: str, message_id: str) -> None:
        """Have something put into a department's queue that was published already, without what is withheld from departments."""
        self.events.append(Publication(message, copy_to=department, message_id=message_id))

    def _beside(self) -> tuple[str, ...]:
        """The departments beside the lead that have not been let go."""
        parts = (each for each in self.parts if each.state is not CoState.RELEASED)
        return tuple(each.department for each in sorted(parts, key=lambda each: (each.created, each.department)))

    def release(self, parts: Iterable[Part], why: Ending, into: str | None = None) -> list[AssignmentCancelled]:
        """End assignments beside the lead's; returns what is to be published of them."""
        return [part.release(why, into) for part in parts]

    def quoted(self, round_: int) -> tuple[CoOpinion, ...]:
        """What co-handlers have given the lead in a round, oldest first."""
        return tuple(
            CoOpinion(each.department, each.reply or "")
            for each in self.parts
            if each.role == ROLES["joint"] and each.state is CoState.ADVISED and each.round == round_
        )

    def promise(self, lead: Lead, promises: Sequence[Promise], supervision: str | None = None) -> list[PromiseMade]:
        """Track what the lead has promised; returns what is to be published of it."""
        made = [
            TrackedPromise(
                self.new_id(), lead.id, self.opinion, lead.department, each.what,
                who_promises(each, self.catalogue, lead.department), each.due, self.now, supervision,
            )
            for each in promises
        ]  # fmt: skip
        self.promises += made
        return [each.as_made() for each in made]

    def promises_of(self, assignment: Assignment) -> list[TrackedPromise]:
        """What the department of an assignment has promised, the earliest due first."""
        return [each for each in self.promises if each.assignment == assignment.id]

    def add_details(self, content: str, details: str) -> None:
        """Append the submitter's details to the `content` of all assignments."""
        for each in self.assignments:
            each.content = with_details(content, details)

    def detail(self, content: str, merged: str | None) -> None:
        """A submitter has added details: a case that waited for them resumes, and its departments get them. `merged` names the
        merged opinion they belong to, with whose text they are kept."""
        lead = self.lead
        if lead is None or not (lead.state is State.REOPENED or Move.MERGE in allowed_moves(lead.state)):
            return
        if merged is None:
            self.add_details(lead.content, content)
        resumes = lead.state is State.PAUSED
        if resumes:
            lead.resume(self, content if merged is None else None)
        if merged is not None or not resumes:
            engaged = (lead, *self.open_parts)
            self.publish(*(AssignmentDetailed(each.id, each.department, content, merged, each.role) for each in engaged))

    def erase(self, title: str, content: str) -> None:
        """What the submitter wrote was erased: `title` and `content` stand in its place."""
        for each in self.assignments:
            each.title, each.content, each.erased = title, content, True
            each.learned = each.learned and each.learned.without_words

    def cancel(self, why: Literal["withdrawn", "merged"], into: str | None) -> None:
        """The opinion was withdrawn or merged: its assignments end, unless the reply was faster."""
        lead, move = self.lead, Move.WITHDRAW if why == "withdrawn" else Move.MERGE
        if lead is None or move not in allowed_moves(lead.state):
            return
        lead.state = advance(lead.state, move)
        lead.asked_until = lead.paused = lead.paused_until = None
        others = self.release(self.open_parts, why, into)
        self.publish(AssignmentCancelled(lead.id, lead.department, why, into), *others)

    def mark(self, lead: Lead, command: Mark) -> None:
        """重点督办, 领导领办: how the case is watched from now on; nobody named means that no leader has it."""
        lead.state = advance(lead.state, Move.MARK)
        for each in self.assignments:
            each.key, each.leader = command.key, command.leader
        self.publish(AssignmentMarked(lead.id, lead.department, command.key, command.leader, command.reason))

    def raise_by_hand(self, lead: Lead, reason: str) -> None:
        """提级 by a supervisor. Raises `Conflict` at the top."""
        advance(lead.state, Move.RAISE)
        level = next_level(stored.level(self.catalogue, lead.level))
        if level is None:
            raise Conflict("There is no level above this one.")
        self._raise(lead, level, lead.raised, reason)

    def raise_by_rung(self, lead: Lead, rung: str) -> None:
        """提级 by the ladder: an open case is the next level's, where there is one."""
        level = next_level(stored.level(self.catalogue, lead.level))
        if level is not None and Move.RAISE in allowed_moves(lead.state):
            self._raise(lead, level, lead.raised, rung)

    def raise_if_due(self) -> None:
        """提级 by counting: after a number of reworks or transfers, a case that is with a department is raised a level."""
        lead = self.lead
        if lead is None or Move.RAISE not in allowed_moves(lead.state):
            return
        reworks = lead.round - 1
        limits = self.catalogue.limits
        due = level_after(stored.level(self.catalogue, lead.level), lead.raised, reworks, lead.transfers, limits)
        if due is not None:
            level, counted = due
            count = reworks if counted is RaisedBy.REWORKS else lead.transfers
            self._raise(lead, level, lead.raised + 1, counted.reason(count))

    def _raise(self, lead: Lead, level: str, raised: int, reason: str) -> None:
        for each in self.assignments:
            each.level, each.raised = level, raised
        self.publish(AssignmentRaised(lead.id, lead.department, level, reason))
