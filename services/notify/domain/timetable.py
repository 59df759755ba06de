"""What an event changes about the deadlines of its assignment.

Events need not come in order: each sets and ends deadlines under its own number, and what it ends are those that were set before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentCancelled,
    AssignmentConcluded,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentSigned,
)
from services.contracts.messages.duties import DutyEnded, DutySet
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.time.worktime import is_unpublished
from services.notify.domain.holders import owed_by
from services.notify.domain.ladder import Deadline, Ladder, Step

#: Stands for every kind but promises.
EVERY, PROMISE = "*", "promise"
#: What ends deadlines: the clock says whether they were met, or the state that they come to is given.
How = Literal["judged", "met", "missed", "replaced", "paused", "void"]
Moved = AssignmentExtended | AssignmentResumed | AssignmentRescheduled


@dataclass(frozen=True, slots=True)
class Opening:
    """A new deadline and the step it waits for; one that is paused waits for none, its clock stands still from the start."""

    deadline: Deadline
    first: Step | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """What was set before `sequence` ended at `ended`. `kind` may be `EVERY`; `promise` names one, or is empty for all."""

    assignment: str
    kind: str
    sequence: int
    ended: datetime
    promise: str = ""
    how: How = "judged"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that calls for a rung at `at`, with the deadline that it is about."""

    occasion: Literal["broken", "dissatisfied"]
    deadline: Deadline
    at: datetime


@dataclass(frozen=True, slots=True, order=True)
class CaseMark:
    """Whether a case starts one rung higher, as the event with this sequence said."""

    opinion: str
    sequence: int
    higher: bool


@dataclass(slots=True)
class Timetable:
    """The deadlines of one assignment when an event comes: the versions that are known, oldest first, and what the event changes.

    `paused_by` is the number of the pause that was the last to end all deadlines before this event, if it was a pause.
    """

    ladder: Ladder
    opinion: str
    sequence: int
    at: datetime
    known: Sequence[Deadline] = ()
    paused_by: int | None = None
    openings: list[Opening] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    occasions: list[Occasion] = field(default_factory=list)
    marks: list[CaseMark] = field(default_factory=list)

    def assign(self, message: AssignmentCreated) -> None:
        """交办: the deadlines of a new assignment, also those that nobody is reminded of."""
        higher = message.key or message.leader is not None
        for kind, due in message.deadlines.items():
            # It says that one of them is provisional; those of a year that is published are not.
            self._open(Deadline(
                message.opinion.id, message.assignment, message.department, kind, self.sequence, self.at, due,
                message.provisional and self._is_unpublished(due), self.sequence, message.opinion.title, message.difficulty,
                higher=higher,
            ))  # fmt: skip
        if higher:
            self.marks.append(CaseMark(message.opinion.id, self.sequence, True))

    def sign(self, message: AssignmentSigned) -> None:
        """签收: nobody needs to be reminded of signing any more."""
        self._end(message.assignment, "sign")

    def object_(self, message: AssignmentObjected) -> None:
        """退办申请: the right to object is used."""
        self._end(message.assignment, "object")

    def progress(self, message: AssignmentProgressed) -> None:
        """面商: the first contact with the submitter; a mere note is none."""
        if message.contact is not None:
            self._end(message.assignment, "contact")

    def answer(self, message: AssignmentReplied | AssignmentAdvised | AssignmentConcluded) -> None:
        """答复, 协办意见 or 办结: nobody needs to be reminded of anything but promises, unless it goes on."""
        self._end(message.assignment, EVERY)

    def pause(self, message: AssignmentPaused) -> None:
        """挂起: the clock stops; the end of the pause says which deadlines go on."""
        self._end(message.assignment, EVERY, "paused")

    def cancel(self, message: AssignmentCancelled | AssignmentReassigned) -> None:
        """转办, withdrawn, merged or answered without it: there is nothing left to do.

        What was promised stays promised, unless the opinion itself is gone.
        """
        self._end(message.assignment, EVERY, "void")
        if isinstance(message, AssignmentCancelled) and message.why in ("withdrawn", "merged"):
            self._end(message.assignment, PROMISE, "void")

    def mark(self, message: AssignmentMarked) -> None:
        """重点督办, 领导领办: the case starts one rung higher from here on, or no longer; what has fired has fired."""
        self.marks.append(CaseMark(self.opinion, self.sequence, message.key or message.leader is not None))

    def extend(self, message: AssignmentExtended) -> None:
        """延期: the deadlines named get a new version, counted from where they were."""
        self._move(message, "extended", False)

    def resume(self, message: AssignmentResumed) -> None:
        """The end of a pause: as `extend`."""
        self._move(message, "resumed", None)

    def reschedule(self, message: AssignmentRescheduled) -> None:
        """A changed calendar: as `extend`; while the case waits it sets no clock going."""
        self._move(message, "rescheduled", message.provisional, self._waits())

    def reopen(self, message: AssignmentReopened) -> None:
        """重办: a round with deadlines of its own; dissatisfied once too often, and the case goes to supervision."""
        for kind, due in message.deadlines.items():
            self._end(message.assignment, kind)
            self._open(self._about(message, kind, due, "reopened"))
        if self.ladder.is_for_supervision(message.cause, message.round):
            due = max(message.deadlines.values(), default=self.at)
            self._call("dissatisfied", self._about(message, "evaluation", due, "reopened"))

    def promise(self, message: PromiseMade) -> None:
        """承诺: a deadline of its own, which the end of its assignment does not end."""
        self._open(self._promised(message))

    def keep_promise(self, message: PromiseKept) -> None:
        """承诺兑现."""
        self._end(message.assignment, PROMISE, "met" if message.on_time else "missed", message.promise)

    def break_promise(self, message: PromiseBroken) -> None:
        """承诺失信: a red card, as soon as the office is open."""
        self._end(message.assignment, PROMISE, "missed", message.promise)
        self._call("broken", self._promised(message))

    def set_duty(self, message: DutySet) -> None:
        """What somebody owes who is no department: a clock of its own, which nothing that happens to an assignment ends."""
        self._open(Deadline(
            self.opinion, message.duty, owed_by(message.holder, message.code), message.of, self.sequence, self.at, message.due,
            message.provisional, self.sequence, message.title, cause="entrusted",
        ))  # fmt: skip

    def end_duty(self, message: DutyEnded) -> None:
        """It was done, or there is nothing left to do."""
        self._end(message.duty, message.of, "judged" if message.done else "void")

    def _move(self, message: Moved, cause: str, provisional: bool | None, waits: bool = False) -> None:
        counted = {known.kind: known.counted_from for known in self.known if known.version < self.sequence}
        for kind, due in message.deadlines.items():
            if kind == "evaluation":  # The submitter's, of which no department is reminded.
                continue
            self._end(message.assignment, kind, "replaced")
            doubtful = self._is_unpublished(due) if provisional is None else provisional
            deadline = replace(self._about(message, kind, due, cause), begun=counted.get(kind), provisional=doubtful)
            self._open(deadline, waits)

    def _waits(self) -> bool:
        """Whether the assignment was paused at this event: its deadlines ended with a pause and have not come back since."""
        since = self.paused_by
        return since is not None and not any(
            since < known.version < self.sequence and known.cause in ("resumed", "reopened") for known in self.known
        )

    def _open(self, deadline: Deadline, paused: bool = False) -> None:
        self.openings.append(Opening(deadline, None if paused else self.ladder.first(deadline), paused))

    def _end(self, assignment: str, kind: str, how: How = "judged", promise: str = "") -> None:
        self.endings.append(Ending(assignment, kind, self.sequence, self.at, promise, how))

    def _call(self, occasion: Literal["broken", "dissatisfied"], deadline: Deadline) -> None:
        self.occasions.append(Occasion(occasion, deadline, self.ladder.calendar.next_opening(self.at)))

    def _promised(self, message: PromiseMade | PromiseBroken) -> Deadline:
        return replace(self._about(message, PROMISE, message.due, "promised"), promise=message.promise)

    def _about(
        self, message: Moved | AssignmentReopened | PromiseMade | PromiseBroken, kind: str, due: datetime, cause: str
    ) -> Deadline:
        """A deadline set by an event that says less of the case than the assignment did."""
        first = self.known[0] if self.known else None
        return Deadline(
            self.opinion, message.assignment, message.department, kind, self.sequence, self.at, due, False, self.sequence,
            first.title if first else None, first.difficulty if first else None, cause=cause,
            higher=first.higher if first else False,
        )  # fmt: skip

    def _is_unpublished(self, due: datetime) -> bool:
        return is_unpublished(due.astimezone(self.ladder.calendar.zone).date())
