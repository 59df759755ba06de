"""The case behind a question of a session, as far as lists say something of it. It follows the messages of routing and intake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from services.contracts.lifecycle import Move, State, allowed_moves
from services.contracts.messages.assignments import (
    AssignmentAmended,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.sessions import QuestionAsked
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.messages.values import Message, Outcome, Rating

PromiseState = Literal["open", "kept", "broken", "released"]
#: Where a message of the lead leaves the case; other messages say it themselves, or leave it where it is.
LEADS_TO: Final[Mapping[type[Message], State]] = {
    AssignmentSigned: State.SIGNED,
    AssignmentObjected: State.OBJECTED,
    AssignmentReassigned: State.REASSIGNED,
    AssignmentPaused: State.PAUSED,
    AssignmentResumed: State.SIGNED,
    AssignmentDrafted: State.DRAFTED,
    AssignmentAmended: State.SIGNED,
    AssignmentReplied: State.REPLIED,
    AssignmentReopened: State.REOPENED,
    AssignmentConcluded: State.CONCLUDED,
}
#: The messages that a list may say something of.
FOLLOWED: Final = frozenset({
    *LEADS_TO, AssignmentCreated, AssignmentRuled, AssignmentExtended, AssignmentRescheduled, AssignmentCancelled, PromiseMade,
    PromiseKept, PromiseBroken, OpinionEvaluated, QuestionAsked,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CasePromise:
    """承诺: what a department has promised for the case, and what became of it."""

    id: str
    assignment: str
    department: str
    what: str
    due: datetime
    who: str | None = None
    state: PromiseState = "open"
    on_time: bool | None = None


@dataclass(slots=True)
class SessionCase:
    """One question, by the id of its opinion, and where its case stands. Its `number` is 0 until the question itself is heard.

    `year` is that of its session. `said` has the number of the message that each fact comes from: whatever order messages are heard
    in, and how often, each fact is as the newest that speaks of it says.
    """

    id: str
    session: str
    number: int
    asked: datetime
    year: int
    station: str | None = None
    summary: str | None = None
    topic: str | None = None
    department: str | None = None
    assignment: str | None = None
    state: State = State.ACCEPTED
    round: int = 1
    due: datetime | None = None
    outcome: Outcome | None = None
    on_time: bool | None = None
    rating: Rating | None = None
    said: Mapping[str, int] = field(default_factory=dict)
    promises: tuple[CasePromise, ...] = ()

    @classmethod
    def of(cls, opinion: str, session: str, heard: datetime) -> SessionCase:
        """That of a question of which nothing was heard so far; it may be that what became of it is heard first."""
        return cls(opinion, session, 0, heard, heard.year)

    def ask(self, question: QuestionAsked, asked: datetime, year: int) -> None:
        """Take over what was asked, at a session of that year."""
        if self.number:
            return
        self.number, self.asked, self.year = question.number, asked, year
        self.station, self.summary = question.station, question.summary
        self.topic, self.department = self.topic or question.topic, self.department or question.department

    def erase(self, instead: str) -> None:
        """Keep nothing that was written of it, but where it stands."""
        self.summary = None
        self.promises = tuple(replace(each, what=instead, who=None) for each in self.promises)

    def promises_at(self, now: datetime) -> tuple[CasePromise, ...]:
        """Its promises; of a case that was taken from the department that made one, nothing is left to keep when it is due."""
        return tuple(
            replace(each, state="released") if each.state == "open" and each.due <= now and not self._holds(each) else each
            for each in self.promises
        )

    def _holds(self, promise: CasePromise) -> bool:
        return promise.assignment == self.assignment and Move.KEEP in allowed_moves(self.state)

    def follow(self, message: Message, sequence: int) -> None:
        """Take over what a message about the opinion says. Co-handlers' are not the lists' business."""
        match message:
            case PromiseMade() | PromiseKept() | PromiseBroken():
                self._follow_promise(message)
            case _ if getattr(message, "role", "lead") == "lead":
                for name, fact in _facts(message).items():
                    if sequence > self.said.get(name, 0):
                        setattr(self, name, fact)
                        self.said = {**self.said, name: sequence}

    def _follow_promise(self, message: PromiseMade | PromiseKept | PromiseBroken) -> None:
        made = {each.id: each for each in self.promises}
        match message:
            case PromiseMade():
                name = message.promise or f"{message.assignment} {message.due.isoformat()}"
                fresh = CasePromise(name, message.assignment, message.department, message.what, message.due, message.who)
                known = made.get(name, fresh)
                made[name] = replace(fresh, state=known.state, on_time=known.on_time)
            case _:
                facts = (message.promise, message.assignment, message.department, message.what, message.due)
                made[message.promise] = self._ended(made.get(message.promise) or CasePromise(*facts), message)
        self.promises = tuple(sorted(made.values(), key=lambda each: (each.due, each.id)))

    def _ended(self, promise: CasePromise, message: PromiseKept | PromiseBroken) -> CasePromise:
        """A broken promise can still be kept, late; a kept one is not broken any more."""
        if isinstance(message, PromiseKept):
            return replace(promise, state="kept", on_time=message.on_time)
        return promise if promise.state == "kept" else replace(promise, state="broken")


def _facts(message: Message) -> dict[str, object]:
    """The facts of a case that a message says something of, whatever was said before it."""
    said: dict[str, object] = {"state": LEADS_TO[type(message)]} if type(message) in LEADS_TO else {}
    match message:
        case OpinionEvaluated():
            said["rating"] = message.result
        case AssignmentCreated():
            said |= {"assignment": message.assignment, "department": message.department}
            said |= {"state": State(message.state), "round": message.round}
            if message.opinion.topic:
                said["topic"] = message.opinion.topic
        case AssignmentRuled() if message.about == "objection" and not message.granted:
            said["state"] = State.ASSIGNED
        case AssignmentCancelled() if message.why in ("withdrawn", "merged"):
            said["state"] = State(message.why)
        case AssignmentReplied():
            said |= {"outcome": message.outcome, "on_time": message.on_time, "due": message.deadline}
        case AssignmentConcluded():
            said |= {"outcome": message.outcome, "on_time": message.on_time}
        case AssignmentReopened():
            said["round"] = message.round
    match message:
        case AssignmentCreated() | AssignmentExtended() | AssignmentResumed() | AssignmentReopened() | AssignmentRescheduled():
            if "reply" in message.deadlines:
                said["due"] = message.deadlines["reply"]
    return said
