"""Every move of a lead and of those beside it in every state, without a store: what the table has is done, and a refusal changes
nothing, so that a batch can go on with the same objects."""

from collections.abc import Callable
from copy import copy
from dataclasses import fields, replace
from datetime import timedelta
from itertools import product
from typing import Literal

import pytest

from services.contracts.commands import Extend, Keep, Object, Pause, Progress, Reply, Resume, Sign
from services.contracts.errors import Conflict, Invalid, Refusal
from services.contracts.lifecycle import CO_TRANSITIONS, TRANSITIONS, CoState, Move, State
from services.contracts.messages.assignments import AssignmentCreated, AssignmentReplied, AssignmentSigned
from services.contracts.messages.merging import AssignmentJoined
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.values import Outcome, Promise, Rating
from services.routing.domain.assignment import Assignment
from services.routing.domain.case import Case
from services.routing.domain.commanding import DepartmentCommand
from services.routing.domain.levels import Mark
from services.routing.domain.moves import placing
from services.routing.domain.moves.lead import Lead
from services.routing.domain.moves.part import Part
from services.routing.domain.moves.ruling import Ruling, rule
from tests.cells import each_of
from tests.unit.routing.bureau import TOWN
from tests.unit.routing.nouns import NOW, lead_of, new_case

TABLE = {(row.state, row.move): row.to for row in TRANSITIONS}
CO_TABLE = {(row.state, row.move): row.to for row in CO_TRANSITIONS}
LATER = NOW + timedelta(25)
DONE = Reply("已修好。", Outcome.SOLVED)
APPROVING = replace(TOWN, departments={**TOWN.departments, "water": replace(TOWN.departments["water"], head_approval=True)})


def ruled(about: Literal["objection", "extension"], granted: bool) -> Callable[[Case, Assignment], None]:
    return lambda case, each: rule(case, each, Ruling(about, granted, "依职责清单。"), "token", ())


def acted(command: DepartmentCommand) -> Callable[[Case, Assignment], None]:
    return lambda case, each: each.act(case, command)


def drafted(case: Case, lead: Lead) -> None:
    case.catalogue = APPROVING
    lead.act(case, DONE)


MOVES = {
    Move.SIGN: acted(Sign()), Move.OBJECT: acted(Object("不归我们。", "roads")),
    Move.EXTEND: acted(Extend(LATER, "等材料。")),
    Move.PAUSE: acted(Pause("等说明。")), Move.RESUME: acted(Resume()), Move.PROGRESS: acted(Progress("进场。", "phone")),
    Move.KEEP: acted(Keep("照片。")), Move.REPLY: acted(DONE), Move.DRAFT: drafted,
    Move.APPROVE: lambda case, lead: lead.approve(case), Move.AMEND: lambda case, lead: lead.amend(case, "写明日期。"),
    Move.UPHOLD: ruled("objection", True), Move.DENY: ruled("objection", False),
    Move.GRANT: ruled("extension", True), Move.REFUSE: ruled("extension", False),
    Move.MARK: lambda case, lead: case.mark(lead, Mark(True, "重点。")),
    Move.RAISE: lambda case, lead: case.raise_by_hand(lead, "涉及两县。"),
    Move.RECHECK: lambda case, lead: lead.recheck(case, True, "已复查。"),
    Move.CONCLUDE: lambda case, lead: lead.conclude(case, rated=False),
    Move.REOPEN: lambda case, lead: lead.reopen(case, "没修好。", "dissatisfied"),
}  # fmt: skip
CO_MOVES = {
    Move.SIGN: acted(Sign()), Move.OBJECT: acted(Object("无关。", "roads")), Move.PROGRESS: acted(Progress("在看。")),
    Move.REPLY: acted(Reply("我们的意见。")), Move.UPHOLD: ruled("objection", True), Move.DENY: ruled("objection", False),
    Move.RELEASE: lambda case, part: case.publish(*case.release([part], "answered")),
}  # fmt: skip


def case_in(state: State, move: Move | None = None) -> tuple[Case, Lead]:
    """A case whose lead is in a state, with all that a move from there needs."""
    case = new_case()
    lead = lead_of(case)
    case.promise(lead, [Promise("换管道", NOW + timedelta(30))])
    lead.state, lead.proposed, lead.draft = state, "roads", DONE
    if move in (Move.GRANT, Move.REFUSE):
        lead.asked_until, lead.asked_reason = lead.reply_by + timedelta(3), "等材料。"
    lead.outcome, lead.on_time = Outcome.SOLVED, True
    if state is State.PAUSED:
        lead.paused, lead.paused_until = NOW - timedelta(1), NOW + timedelta(5)
    return case, lead


def facts(case: Case) -> tuple[object, ...]:
    """Everything that a move could change."""
    assignments = [tuple(copy(getattr(each, field.name)) for field in fields(each)) for each in case.assignments]
    return assignments, [replace(each) for each in case.promises], list(case.events), list(case.rulings)


def check(case: Case, subject: Assignment, move: Callable[[Case, Assignment], object], to: State | CoState | None) -> None:
    before = facts(case)
    if to is None:
        with pytest.raises(Refusal):
            move(case, subject)
        assert facts(case) == before
    else:
        move(case, subject)
        assert subject.state is to
        assert case.events


@pytest.mark.slow
@each_of(("state", "move"), product(State, MOVES))
def test_a_lead_makes_the_moves_of_the_table_and_a_refused_one_changes_nothing(state, move):
    case, lead = case_in(state, move)
    check(case, lead, MOVES[move], TABLE.get((state, move)))


@pytest.mark.parametrize("state", CoState)
@pytest.mark.parametrize("move", CO_MOVES)
def test_those_beside_it_make_the_moves_of_theirs(state, move):
    case = new_case(co_handlers=("schools",))
    (part,) = case.parts
    part.state, part.proposed = state, "roads"
    check(case, part, CO_MOVES[move], CO_TABLE.get((state, move)))


@pytest.mark.parametrize("command", [Extend(NOW, "。"), Pause("。"), Resume(), Keep("。")])
def test_what_only_a_lead_can_do_is_refused_beside_it(command):
    case = new_case(co_handlers=("schools",))
    check(case, case.parts[0], acted(command), None)


@pytest.mark.parametrize(
    "command",
    [
        Object("。", "nobody"), Object("。", "water"), Extend(NOW, "。"), Pause("。", NOW), Reply("。"),
        Reply("。", Outcome.PLANNED), Keep("。", "nothing"),
    ],
)  # fmt: skip
def test_a_command_that_a_rule_refuses_changes_nothing(command):
    case, lead = case_in(State.SIGNED)
    before = facts(case)
    with pytest.raises((Invalid, Conflict)):
        lead.act(case, command)
    assert facts(case) == before


def test_an_upheld_objection_goes_to_another_department_with_those_beside_it():
    case = new_case(co_handlers=("schools",))
    before = lead_of(case, state=State.OBJECTED, proposed="roads", round=2, transfers=1)
    rule(case, before, Ruling("objection", True, "归路政。"), "token", ())
    after = lead_of(case)
    assert (after.department, after.round, after.transfers, after.state) == ("roads", 2, 2, State.ASSIGNED)
    assert [(part.department, part.lead, part.state) for part in case.parts] == [
        ("schools", "water", CoState.RELEASED), ("schools", "roads", CoState.ASSIGNED),
    ]  # fmt: skip
    assert [(kept.about, kept.target) for kept in case.rulings] == [("objection", "roads")]


def test_a_department_that_acts_without_having_signed_has_signed_with_it():
    for command in (DONE, Pause("等说明。")):
        case = new_case()
        lead = lead_of(case)
        lead.act(case, command)
        assert lead.signed == NOW
        assert isinstance(case.events[0].message, AssignmentSigned)


def test_a_rating_of_a_round_that_is_over_changes_nothing():
    case = new_case()
    lead = lead_of(case)
    lead.act(case, DONE)
    before = facts(case)
    lead.rate(case, OpinionEvaluated(lead.id, "water", Rating.DISSATISFIED, round=2))
    assert facts(case) == before


def test_what_is_shared_goes_to_those_beside_the_lead_who_have_not_been_let_go():
    case = new_case(co_handlers=("schools", "roads"), handling="separate")
    case.release(case.parts[:1], "reassigned")
    lead_of(case).act(case, DONE)
    (replied,) = (event for event in case.events if isinstance(event.message, AssignmentReplied))
    assert replied.beside == ("roads",)


def test_departments_are_taken_in_once_and_read_what_was_merged_before():
    case = new_case()
    parts = placing.add_handlers(case, lead_of(case), ["schools", "schools"], "separate", "也归其管。", [lead_of(case).text])
    assert [(part.department, part.role) for part in parts] == [("schools", "separate")]
    assert [type(event.message) for event in case.events] == [AssignmentCreated, AssignmentJoined]
    assert isinstance(case.assignments[-1], Part)
    with pytest.raises(Conflict):
        placing.add_handlers(case, lead_of(case), ["schools"], "joint", "也归其管。", ())
