"""One case in which everything happens that can happen: three departments, two co-signers, somebody merged into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.contracts.messages.assignments import (
    AssignmentAdvised,
    AssignmentAmended,
    AssignmentAsked,
    AssignmentCancelled,
    AssignmentDrafted,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentObjected,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReassigned,
    AssignmentRechecked,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.merging import AssignmentDetailed, AssignmentJoined, AssignmentParted
from services.contracts.messages.supervision import (
    CardIssued,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    SupervisionRaised,
    SupervisionResolved,
    SupervisionScheduled,
)
from services.contracts.messages.values import CoOpinion, Message, OpinionText, Outcome, Promise, ReplyItem
from services.intake.domain.reviewing import Terms
from services.intake.handlers.merging import merge
from services.intake.handlers.reviewing import accept, return_
from services.intake.handlers.submitter import add_details
from tests.unit.intake.harness import DUE, WINDOW, IntakeHarness, Routing

LEAD, ADVISER, SEPARATE = "water", "roads", "petitions"
#: A text for each personal field, to be found again wherever it should not be.
MARKERS: Mapping[str, Any] = {
    "submitter": {"kind": "deputy", "name": "标记甲", "phone": "13700000001", "email": "mark1@example.org"},
    "cosigners": [
        {"kind": "citizen", "name": "标记乙", "phone": "13700000002"},
        {"kind": "enterprise", "name": "标记丙", "email": "mark3@example.org"},
    ],
    "relay": ["标记丁", {"role": "informant", "name": "标记戊"}],
    "deputy": "标记己",
}
SECRETS = (
    "标记甲", "标记乙", "标记丙", "标记丁", "标记戊", "标记己", "13700000001", "13700000002", "13700000003", "mark1@example.org",
    "mark3@example.org",
)  # fmt: skip
OWN, PART, SIDE = {"assignment": "a-1", "department": LEAD}, ("a-2", ADVISER), ("a-3", SEPARATE)


@dataclass
class Case:
    """The receipts of a case: the submitter's, the co-signers', and of somebody whose opinion was merged into it."""

    id: str
    receipts: tuple[str, ...]
    follower: str
    routing: Routing


def before_the_reply() -> Sequence[Message]:
    """What departments and supervisors do until there is an answer."""
    return (
        AssignmentSigned("a-1", LEAD, DUE, True), AssignmentSigned(*PART, DUE, True, "co_handler"),
        AssignmentSigned(*SIDE, DUE, True, "separate"), AssignmentObjected(*PART, "不是我们的事。", "water", "co_handler"),
        AssignmentRuled(*PART, "objection", False, "是你们的事。", "co_handler"),
        AssignmentProgressed("a-1", LEAD, "已到现场。", "lead", "visit", True),
        AssignmentProgressed(*PART, "正在查图纸。", "co_handler"), AssignmentProgressed(*SIDE, "正在看。", "separate"),
        AssignmentAsked("a-1", LEAD, DUE, "等料。"), AssignmentRuled("a-1", LEAD, "extension", True, "可以。"),
        AssignmentExtended("a-1", LEAD, DUE, {"reply": DUE}, "等料。"), AssignmentPaused("a-1", LEAD, "请说明是哪一段。", DUE),
        AssignmentResumed("a-1", LEAD, {"reply": DUE}, "桥东。"),
        AssignmentMarked("a-1", LEAD, True, "王主任", "列入重点督办。"), AssignmentRaised("a-1", LEAD, "county", "transfers: 3"),
        AssignmentRescheduled("a-1", LEAD, {"reply": DUE}, True, "2026-11-27"),
        AssignmentRescheduled(*PART, {"co_opinion": DUE}, False, "2026-11-27", "co_handler"),
        CardIssued("a-1", LEAD, "red", "reply", "red", DUE), CardIssued(*PART, "red", "co_opinion", "yellow", DUE),
        SupervisionRaised("a-1", LEAD, "red", "reply", DUE, "s-1"),
        SupervisionScheduled("a-1", LEAD, "s-1", "m-1", "十二月督政议事会", DUE),
        SupervisionResolved("a-1", LEAD, "s-1", "promise", "局长到会说明。", "m-1", Promise("年内修完", DUE)),
        AssignmentAdvised(*PART, LEAD, "co_handler", "路面由我们恢复。", DUE, True),
        AssignmentDrafted("a-1", LEAD), AssignmentAmended("a-1", LEAD, "请写明工期。"), AssignmentDrafted("a-1", LEAD),
    )  # fmt: skip


def answer(content: str = "正在修。") -> AssignmentReplied:
    """The lead's answer with all that can stand in it."""
    promise = Promise("修好河堤", DUE, "工程科")
    return AssignmentReplied(
        "a-1", LEAD, content, Outcome.IN_PROGRESS, DUE, True, WINDOW, promise,
        (ReplyItem("修河堤", "雨季前修完。", Outcome.IN_PROGRESS, promise), ReplyItem("装护栏", "已装。", Outcome.SOLVED)),
        (CoOpinion(ADVISER, "路面由我们恢复。"),),
    )  # fmt: skip


def after_the_reply() -> Sequence[Message]:
    """What follows an answer."""
    return (
        PromiseMade("a-1", LEAD, "修好河堤", DUE, "工程科", "p-1"),
        AssignmentCancelled(*PART, "answered", None, "co_handler"),
        AssignmentAdvised(*SIDE, LEAD, "separate", "信访部分已办结。", DUE, True),
        PromiseMade("a-1", LEAD, "装护栏", DUE, None, "p-2"), PromiseBroken("a-1", LEAD, "p-2", "装护栏", DUE),
        PromiseKept("a-1", LEAD, "p-1", "修好河堤", "验收单第 12 号。", DUE, True, WINDOW + timedelta(days=9)),
    )  # fmt: skip


def at_the_end() -> Sequence[Message]:
    """Looked at again, done again, and given to another department's hands for a moment."""
    return (
        AssignmentRechecked("a-1", LEAD, False, "护栏又倒了。"),
        AssignmentReopened("a-1", LEAD, 2, {"reply": DUE}, "look-back: 护栏又倒了。", "look_back"),
        AssignmentObjected("a-1", LEAD, "护栏归公路站管。", "roads"), AssignmentRuled("a-1", LEAD, "objection", True, "归公路站。"),
        AssignmentJoined("a-1", LEAD, OpinionText("o-9", "桥下", "桥下也塌了。")), AssignmentParted("a-1", LEAD, "o-9"),
        AssignmentDetailed("a-1", LEAD, "又塌了。", "o-9"),
        AssignmentReassigned("a-1", LEAD, "roads", "归公路站。"),
    )  # fmt: skip


def open_case(harness: IntakeHarness, **fields: Any) -> Case:
    """A case with everybody who can hold a receipt of it, let in by a reviewer and given to three departments."""
    taken = harness.submit(channel="campaign", **fields)
    harness.do(return_, taken.id, "是哪座桥？")
    harness.do(add_details, taken.receipt, "东街桥。")
    terms = Terms(co_handlers=(ADVISER,), key=True, level="town", leader="李镇长", topic="rivers", difficulty="simple")
    harness.do(accept, harness.catalogue, taken.id, terms)
    other = harness.submit(submitter={"kind": "citizen", "phone": "13700000003"} if fields else None)
    harness.do(merge, harness.catalogue, other.id, taken.id)
    routing = Routing(taken.id, harness.clock.now(), LEAD)
    harness.consume(routing.created(), routing.beside(ADVISER, "co_handler"), routing.beside(SEPARATE, "separate", "a-3"))
    return Case(taken.id, (taken.receipt, *taken.cosigners), other.receipt, routing)


def live_through(harness: IntakeHarness, case: Case) -> None:
    """Everything, with a rating by everybody who may give one."""
    for message in (*before_the_reply(), answer()):
        harness.consume(case.routing.says(message))
    harness.clock.instant = case.routing.now
    for number, receipt in enumerate((*case.receipts, case.follower)):
        harness.rate(receipt, "satisfied", "satisfied", f"意见 {number}。")
    for message in after_the_reply():
        harness.consume(case.routing.says(message))
    harness.rate(case.receipts[0], "basically_satisfied")
    harness.consume(case.routing.concluded(), *(case.routing.says(message) for message in at_the_end()))
