"""What happens to a case, as routing tells it: messages of one assignment, each a step further than the one before."""

from __future__ import annotations

from typing import Any

from services.contracts.envelope import Event
from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentCancelled,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentSigned,
)
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.messages.values import Message, OpinionText, Outcome, Why
from tests.unit.notify.scenes import Scene, at

REPLY = "2026-12-14 23:59:59"


class Case:
    """One assignment of one opinion. Each method tells the scene of an event at the clock's present instant."""

    def __init__(self, scene: Scene, assignment: str = "a-1", department: str = "water", opinion: str = "o-1") -> None:
        self.scene, self.assignment, self.department, self.opinion = scene, assignment, department, opinion
        self.sequence = 0

    def event(self, message: Message) -> Event:
        self.sequence += 1
        return self.scene.event(message, self.sequence, self.opinion)

    def publish_to_notify(self, message: Message) -> None:
        self.scene.consume(self.event(message))

    def created(self, role: Any = "lead", key: bool = False, leader: str | None = None, **due: str) -> None:
        deadlines = {kind: at(text) for kind, text in (due or {"reply": REPLY}).items()}
        text, why = OpinionText(self.opinion, "河道淤积", "请清淤"), Why("keyword", 1.0)
        self.publish_to_notify(
            AssignmentCreated(
                self.assignment, text, self.department, role, "ordinary", deadlines, why, key=key, leader=leader, lead="water"
            )
        )

    def signed(self) -> None:
        self.publish_to_notify(AssignmentSigned(self.assignment, self.department, at(REPLY), True))

    def progressed(self, contact: Any = None) -> None:
        self.publish_to_notify(AssignmentProgressed(self.assignment, self.department, "在办", contact=contact))

    def advised(self) -> None:
        self.publish_to_notify(AssignmentAdvised(self.assignment, self.department, "water", "co_handler", "同意", at(REPLY), True))

    def replied(self) -> None:
        due = at(REPLY)
        self.publish_to_notify(AssignmentReplied(self.assignment, self.department, "已清淤", Outcome.PLANNED, due, True, due))

    def cancelled(self, why: Any = "withdrawn") -> None:
        self.publish_to_notify(AssignmentCancelled(self.assignment, self.department, why))

    def marked(self, key: bool, leader: str | None = None) -> None:
        self.publish_to_notify(AssignmentMarked(self.assignment, self.department, key, leader, "常委会决定"))

    def extended(self, due: str, original: str = REPLY) -> None:
        self.publish_to_notify(AssignmentExtended(self.assignment, self.department, at(original), {"reply": at(due)}, "汛期"))

    def paused(self, until: str = "2026-12-20 09:00") -> None:
        self.publish_to_notify(AssignmentPaused(self.assignment, self.department, "等材料", at(until)))

    def resumed(self, due: str, **others: str) -> None:
        moved = {kind: at(text) for kind, text in {**others, "reply": due}.items()}
        self.publish_to_notify(AssignmentResumed(self.assignment, self.department, moved))

    def rescheduled(self, provisional: bool = False, **due: str) -> None:
        moved = {kind: at(text) for kind, text in due.items()}
        self.publish_to_notify(AssignmentRescheduled(self.assignment, self.department, moved, provisional, "放假安排公布"))

    def reopened(self, due: str, round_: int = 2, cause: Any = "dissatisfied", kind: str = "reply") -> None:
        self.publish_to_notify(AssignmentReopened(self.assignment, self.department, round_, {kind: at(due)}, "没有解决", cause))

    def promised(self, promise: str, due: str, what: str = "建泵站", who: str | None = None) -> None:
        self.publish_to_notify(PromiseMade(self.assignment, self.department, what, at(due), who, promise=promise))

    def kept(self, promise: str, due: str) -> None:
        self.publish_to_notify(
            PromiseKept(self.assignment, self.department, promise, "建泵站", "验收单", at(due), True, at("2027-03-01 12:00"))
        )

    def broken(self, promise: str, due: str) -> None:
        self.publish_to_notify(PromiseBroken(self.assignment, self.department, promise, "建泵站", at(due)))
