"""What a message of routing changes of an opinion and what its timeline says, without a store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.lifecycle import State
from services.contracts.messages.assignments import (
    AssignmentConcluded,
    AssignmentMarked,
    AssignmentProgressed,
    AssignmentRaised,
    AssignmentReopened,
    AssignmentReplied,
    AssignmentRescheduled,
    AssignmentRuled,
    AssignmentSigned,
)
from services.contracts.messages.supervision import PromiseKept
from services.contracts.messages.values import Outcome
from services.intake.domain.following import UNCHANGED, Change, Handling, Leading
from services.intake.domain.opinion import DepartmentReply
from services.intake.handlers.consuming import handling_of
from services.intake.handlers.effects import EFFECTS
from tests.unit.intake.harness import DUE, WINDOW

A = ("a-1", "water")
LATER = WINDOW + timedelta(days=9)


def at(state: State) -> Handling:
    return Handling(state, "water", "a-1")


@pytest.mark.parametrize(
    ("message", "handling", "change"),
    [
        (AssignmentSigned(*A, DUE, True), at(State.SIGNED), UNCHANGED),
        (AssignmentProgressed(*A, "已到现场。"), None, UNCHANGED),
        (AssignmentRuled(*A, "objection", False, "是你们的事。"), at(State.ASSIGNED), UNCHANGED),
        (AssignmentRuled(*A, "objection", True, "归公路站。"), None, UNCHANGED),
        (AssignmentRuled(*A, "extension", False, "不行。"), None, UNCHANGED),
        (
            AssignmentReplied(*A, "已修好。", Outcome.SOLVED, DUE, True, WINDOW), at(State.REPLIED),
            Change(reply=DepartmentReply("已修好。", Outcome.SOLVED, WINDOW, (), ()), asks=True),
        ),
        (AssignmentReopened(*A, 2, {"reply": DUE}), at(State.REOPENED), Change(round=2)),
        (AssignmentConcluded(*A, Outcome.SOLVED, True, True), at(State.CONCLUDED), UNCHANGED),
        (AssignmentMarked(*A, True, "李镇长", "重点"), None, Change(leading=Leading(True, "李镇长"))),
        (AssignmentRaised(*A, "county", "reworks: 3"), None, Change(level="county")),
        (AssignmentRescheduled(*A, {"evaluation": LATER}, False, "放假"), None, Change(evaluate_by=LATER)),
        (AssignmentRescheduled(*A, {"reply": LATER}, False, "放假"), None, UNCHANGED),
        (PromiseKept(*A, "p-1", "修好河堤", "验收单。", DUE, True, LATER), None, Change(evaluate_by=LATER, asks=True)),
    ],
)  # fmt: skip
def test_each_message_changes_what_it_speaks_of_and_nothing_else(message, handling, change):
    effect = EFFECTS[type(message)]
    assert (handling_of(message, effect), effect.change(message)) == (handling, change)


def test_a_dissatisfied_submitter_s_words_are_not_for_the_others():
    effect = EFFECTS[AssignmentReopened]
    told = effect.facts(AssignmentReopened(*A, 2, {"reply": DUE}, "还没有修好。", "dissatisfied"))
    assert told["reason"] is None
    assert effect.facts(AssignmentReopened(*A, 2, {"reply": DUE}, "护栏又倒了。", "look_back"))["reason"] == "护栏又倒了。"
