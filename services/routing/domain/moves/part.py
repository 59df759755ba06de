"""The moves of a department that handles a case beside its lead: the same verbs with a smaller life cycle. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.contracts.commands import Object, Progress, Reply, Sign
from services.contracts.errors import Conflict
from services.contracts.lifecycle import CoState, Move, advance_co
from services.contracts.messages.assignments import AssignmentAdvised, AssignmentCancelled, AssignmentObjected, AssignmentProgressed
from services.routing.domain.assignment import Assignment
from services.routing.domain.checks import check_objection
from services.routing.domain.commanding import DepartmentCommand

if TYPE_CHECKING:
    from services.routing.domain.case import Case

Ending = Literal["withdrawn", "merged", "answered", "reassigned", "released"]


@dataclass(slots=True)
class Part(Assignment):
    """The assignment of a co-handler or of a separate handler."""

    state: CoState

    @classmethod
    def first_state(cls) -> CoState:
        """That of a part that was just given."""
        return CoState.ASSIGNED

    def act(self, case: Case, command: DepartmentCommand) -> None:
        """A command of its department. Raises `Conflict` for what the life cycle does not have, `Invalid`."""
        match command:
            case Sign():
                self.sign(case)
            case Object():
                self.object(case, command)
            case Progress():
                self.progress(case, command)
            case Reply():
                self.advise(case, command)
            case _:
                raise Conflict(f"This is for the lead's assignment; the role of this one is '{self.role}'.")

    def sign(self, case: Case) -> None:
        """签收: the department has it."""
        self.state = advance_co(self.state, Move.SIGN)
        self.signed = self.signed or case.now
        case.publish(self.signature(self.signed))

    def object(self, case: Case, command: Object) -> None:
        """退办申请: this is another department's part; a supervisor will rule."""
        state = advance_co(self.state, Move.OBJECT)
        check_objection(command, case.catalogue, self.department, self.object_by, case.now)
        self.state, self.proposed, self.objection = state, command.department, command.reason
        case.publish(AssignmentObjected(self.id, self.department, command.reason, command.department, self.role))

    def progress(self, case: Case, command: Progress) -> None:
        """办理进展: an interim note."""
        self.state = advance_co(self.state, Move.PROGRESS)
        case.publish(AssignmentProgressed(self.id, self.department, command.content, self.role, command.contact))

    def advise(self, case: Case, command: Reply) -> None:
        """协办意见: the opinion for the lead, or a separate handler's own answer.

        Only the lead states an outcome or makes a promise. A department that answers
        without having signed has signed with it.
        """
        state, lead = advance_co(self.state, Move.REPLY), self.lead or ""
        self.replied, self.reply, self.on_time = case.now, command.content, case.now <= self.reply_by
        advised = AssignmentAdvised(self.id, self.department, lead, self.role, command.content, self.reply_by, self.on_time)
        case.publish(*self.sign_with(case.now), advised)
        self.state = state

    def release(self, why: Ending, into: str | None = None, reason: str | None = None) -> AssignmentCancelled:
        """It ends without an answer; returns what is to be published of that."""
        self.state = advance_co(self.state, Move.RELEASE)
        return AssignmentCancelled(self.id, self.department, why, into, self.role, reason)
