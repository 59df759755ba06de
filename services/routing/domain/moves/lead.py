"""The moves of the lead department on its assignment, and their results. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.contracts.commands import Extend, Keep, Object, Pause, Progress, Reply, Resume, Sign
from services.contracts.errors import Conflict
from services.contracts.lifecycle import Move, State, advance, allowed_moves
from services.contracts.messages.assignments import (
    AssignmentAmended,
    AssignmentAsked,
    AssignmentConcluded,
    AssignmentDrafted,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentResumed,
)
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.supervision import PromiseBroken, PromiseKept
from services.contracts.messages.values import Rating
from services.routing.domain.assignment import Assignment, Span
from services.routing.domain.checks import check_extension, check_objection, check_outcome, pause_until
from services.routing.domain.commanding import DepartmentCommand
from services.routing.domain.limits import evaluation_window, pause_of, resumed_deadlines, rework_deadline
from services.routing.domain.moves.promising import TrackedPromise, check_reply, promise_kept, promises_of, with_names

if TYPE_CHECKING:
    from services.routing.domain.case import Case

Cause = Literal["dissatisfied", "promise", "look_back"]


@dataclass(slots=True)
class Lead(Assignment):
    """The assignment of the department that answers for a case."""

    state: State

    @classmethod
    def first_state(cls) -> State:
        """That of an accepted opinion once it is assigned."""
        return advance(State.ACCEPTED, Move.ASSIGN)

    def act(self, case: Case, command: DepartmentCommand) -> None:
        """A command of its department. Raises `Conflict` for what the life cycle does not have, `Invalid`."""
        match command:
            case Sign():
                self.sign(case)
            case Object():
                self.object(case, command)
            case Extend():
                self.extend(case, command)
            case Pause():
                self.pause(case, command)
            case Resume():
                self.resume(case)
            case Progress():
                self.progress(case, command)
            case Keep():
                self.keep(case, command)
            case Reply() if self.drafts_in(case.catalogue):
                self.draft_reply(case, command)
            case Reply():
                self.send_reply(case, command)

    def sign(self, case: Case) -> None:
        """签收: the department has it."""
        self.state = advance(self.state, Move.SIGN)
        self.signed = self.signed or case.now
        case.publish(self.signature(self.signed))

    def object(self, case: Case, command: Object) -> None:
        """退办申请: not ours but theirs; a supervisor will rule."""
        state = advance(self.state, Move.OBJECT)
        check_objection(command, case.catalogue, self.department, self.object_by, case.now)
        self.state, self.proposed, self.objection = state, command.department, command.reason
        case.publish(AssignmentObjected(self.id, self.department, command.reason, command.department, self.role))

    def extend(self, case: Case, command: Extend) -> None:
        """延期: asks for more time; a supervisor will rule, and until then the deadline stands."""
        state = advance(self.state, Move.EXTEND)
        check_extension(command, case.catalogue, self, case.now)
        self.state, self.asked_until, self.asked_reason = state, command.until, command.reason
        case.publish(AssignmentAsked(self.id, self.department, command.until, command.reason))

    def pause(self, case: Case, command: Pause) -> None:
        """挂起: waits for the submitter, once a round and at most as long as a case may be extended."""
        state = advance(self.state, Move.PAUSE)
        until = pause_until(command, case.catalogue, self.difficulty_in(case.catalogue), self.pauses, case.now)
        case.publish(*self.sign_with(case.now), AssignmentPaused(self.id, self.department, command.reason, until))
        self.state, self.paused, self.paused_until, self.pauses = state, case.now, until, self.pauses + 1

    def resume(self, case: Case, details: str | None = None) -> None:
        """The clock runs again, and the deadlines that are still to be met move by what was paused."""
        state = advance(self.state, Move.RESUME)
        due, waited = resumed_deadlines(case.catalogue, self, case.now), self._waited(case)
        for kind, instant in due.items():
            self.move_deadline(kind, instant)
        self.state, self.paused, self.paused_until, self.waited = state, None, None, waited
        case.publish(AssignmentResumed(self.id, self.department, due, details))

    def progress(self, case: Case, command: Progress) -> None:
        """办理进展: an interim note, or how the submitter was contacted; it is always the first contact that is measured."""
        state, on_time = advance(self.state, Move.PROGRESS), None
        if command.contact is not None:
            if state is State.PAUSED:
                self.contact_by = resumed_deadlines(case.catalogue, self, case.now).get("contact", self.contact_by)
            self.contacted = self.contacted or case.now
            on_time = self.contacted <= self.contact_by
        case.publish(
            AssignmentProgressed(self.id, self.department, command.content, self.role, contact=command.contact, on_time=on_time)
        )

    def keep(self, case: Case, command: Keep) -> None:
        """承诺兑现: done, with evidence; the submitter is asked again. The case's promises have to be there."""
        state = advance(self.state, Move.KEEP)
        kept = promise_kept(command, case.promises_of(self))
        window = evaluation_window(case.catalogue, self.difficulty_in(case.catalogue), case.now)
        kept.state, kept.kept, kept.evidence = "kept", case.now, command.evidence
        if state.is_answered:
            self.evaluate_by = window
        on_time = case.now <= kept.due
        facts = (self.id, self.department, kept.id, kept.what, command.evidence, kept.due, on_time, window)
        case.publish(PromiseKept(*facts))

    def break_promise(self, case: Case, promise: TrackedPromise) -> None:
        """承诺失信: an open promise is past due. Of a case that was taken from the department, nothing is left to break."""
        moves = allowed_moves(self.state)
        if Move.KEEP not in moves:
            promise.state = "released"
            return
        promise.state = "broken"
        case.publish(PromiseBroken(self.id, self.department, promise.id, promise.what, promise.due))
        if Move.REOPEN in moves:
            self.reopen(case, promise.what, "promise")

    def recheck(self, case: Case, held: bool, note: str) -> None:
        """回头看: a concluded case was looked at again; what has not held is done again."""
        self.state = advance(self.state, Move.RECHECK)
        case.publish(AssignmentRechecked(self.id, self.department, held, note))
        if not held:
            self.reopen(case, note, "look_back")

    def draft_reply(self, case: Case, command: Reply) -> None:
        """Keep a reply for the head; a later draft replaces an earlier one. The clock runs on, also when it stood still before."""
        state = advance(self.state, Move.DRAFT)
        check_outcome(command)
        check_reply(command, case.catalogue, case.now)
        if self.state is State.PAUSED:
            self.resume(case)
        case.publish(*self.sign_with(case.now), AssignmentDrafted(self.id, self.department))
        self.state, self.draft = state, command

    def approve(self, case: Case) -> None:
        """The head lets the draft go out, in time or late as of now.

        Raises `Conflict` without a draft, `Invalid` when it cannot be sent any more, such as when its promise is due by now.
        """
        state = advance(self.state, Move.APPROVE)
        if self.draft is None:
            raise Conflict("There is no draft to approve.")
        self._send(case, self.draft, state)

    def amend(self, case: Case, reason: str) -> None:
        """The head sends the draft back; the department still sees it. Raises `Conflict` without a draft."""
        self.state = advance(self.state, Move.AMEND)
        case.publish(AssignmentAmended(self.id, self.department, reason))

    def send_reply(self, case: Case, command: Reply) -> None:
        """答复: the final answer goes out. A department that replies without having signed has signed with it."""
        self._send(case, command, advance(self.state, Move.REPLY))

    def _send(self, case: Case, command: Reply, state: State) -> None:
        outcome = check_outcome(command)
        check_reply(command, case.catalogue, case.now)
        if self.state is State.PAUSED:
            self.reply_by, self.waited = resumed_deadlines(case.catalogue, self, case.now)["reply"], self._waited(case)
        self.evaluate_by = evaluation_window(case.catalogue, self.difficulty_in(case.catalogue), case.now)
        self.on_time, self.outcome = case.now <= self.reply_by, outcome
        answer = with_names(command, case.catalogue, self.department)
        replied = AssignmentReplied(
            self.id, self.department, answer.content, outcome, self.reply_by, self.on_time, self.evaluate_by, answer.promise,
            answer.items, case.quoted(self.round),
        )  # fmt: skip
        promised = case.promise(self, promises_of(answer))
        released = case.release(case.unneeded, "answered")
        case.publish(*self.sign_with(case.now), replied, *promised, *released)
        self.state, self.replied, self.reply = state, case.now, answer.content
        self.promise, self.items = answer.promise, answer.items or None
        self.asked_until = self.paused = self.paused_until = None

    def rate(self, case: Case, rating: OpinionEvaluated) -> None:
        """A submitter has rated a reply: the case is done again when the rating is dissatisfied, and else concluded as soon as
        nobody who gets the reply is awaited any more.

        A dissatisfied rating reopens a concluded case too, but only once a round: a rating of an earlier round is counted and
        changes nothing.
        """
        moves = allowed_moves(self.state) if rating.round == self.round else ()
        if rating.result is Rating.DISSATISFIED:
            if Move.REOPEN in moves:
                self.reopen(case, rating.comment, "dissatisfied")
        elif Move.CONCLUDE in moves and rating.awaited:
            self.awaited = rating.awaited
        elif Move.CONCLUDE in moves:
            self.conclude(case, rated=True)

    def conclude(self, case: Case, *, rated: bool) -> None:
        """办结: the loop is closed."""
        state = advance(self.state, Move.CONCLUDE)
        if self.outcome is None or self.on_time is None:
            raise Conflict("A case without a reply is not concluded.")
        self.state, self.concluded, self.awaited = state, case.now, None
        case.publish(AssignmentConcluded(self.id, self.department, self.outcome, self.on_time, rated))

    def reopen(self, case: Case, reason: str | None, cause: Cause) -> None:
        """重办: handled again by the same department, with a deadline of its own."""
        self.state = advance(self.state, Move.REOPEN)
        due = rework_deadline(case.catalogue, self.difficulty_in(case.catalogue), case.now)
        self.round, self.opened, self.counted, self.waited = self.round + 1, case.now, "rework", None
        self.reply_by = self.original_reply_by = due.at
        self.provisional, self.extensions, self.pauses = due.provisional, 0, 0
        self.replied = self.evaluate_by = self.concluded = self.awaited = None
        case.publish(AssignmentReopened(self.id, self.department, self.round, {"reply": due.at}, reason, cause))
        case.raise_if_due()

    def _waited(self, case: Case) -> tuple[Span, ...]:
        """The pauses of the round, with the one that ends now."""
        return (*(self.waited or ()), pause_of(self, case.now))
