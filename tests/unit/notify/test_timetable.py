"""What each event changes about the deadlines of its assignment, without a store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.messages.assignments import (
    AssignmentCancelled,
    AssignmentCreated,
    AssignmentExtended,
    AssignmentMarked,
    AssignmentPaused,
    AssignmentProgressed,
    AssignmentReassigned,
    AssignmentReopened,
    AssignmentRescheduled,
    AssignmentResumed,
    AssignmentSigned,
)
from services.contracts.messages.supervision import PromiseBroken, PromiseKept, PromiseMade
from services.contracts.messages.values import OpinionText, Why
from services.notify.domain.timetable import Timetable
from tests.unit.notify.scenes import at, deadline, ladder_of, small_place

NOW, DUE, LATER = at("2026-11-25 10:00"), at("2026-12-14 23:59:59"), at("2026-12-21 23:59:59")
LADDER = ladder_of(small_place())


def timetable(*known, paused_by=None):
    """The deadlines of the assignment a-1 when its event number 5 comes."""
    return Timetable(LADDER, "o-1", 5, NOW, known, paused_by)


def created(**more):
    text = OpinionText("o-1", "河道淤积", "请清淤")
    return AssignmentCreated("a-1", text, "water", "lead", "ordinary", {"reply": DUE}, Why("keyword", 1.0), **more)


def ended(moved: Timetable) -> list[tuple[str, str, str]]:
    return [(ending.kind, ending.how, ending.promise) for ending in moved.endings]


def test_an_assignment_opens_its_deadlines_and_the_first_step_of_each():
    moved = timetable()
    moved.assign(created())
    (opening,) = moved.openings
    assert (opening.deadline.kind, opening.deadline.due, opening.deadline.version) == ("reply", DUE, 5)
    assert (opening.deadline.title, opening.first.rung.code, moved.marks) == ("河道淤积", "half", [])


@pytest.mark.parametrize("how", [{"key": True}, {"leader": "li"}])
def test_a_case_on_the_key_list_or_led_by_a_leader_starts_one_rung_higher(how):
    moved = timetable()
    moved.assign(created(**how))
    assert (moved.openings[0].deadline.higher, moved.openings[0].first.rung.code) == (True, "three")
    assert [(mark.opinion, mark.sequence, mark.higher) for mark in moved.marks] == [("o-1", 5, True)]


ENDS = {
    "sign": (Timetable.sign, AssignmentSigned("a-1", "water", DUE, True), [("sign", "judged", "")]),
    "contact": (Timetable.progress, AssignmentProgressed("a-1", "water", "c", contact="visit"), [("contact", "judged", "")]),
    "a note": (Timetable.progress, AssignmentProgressed("a-1", "water", "c"), []),
    "pause": (Timetable.pause, AssignmentPaused("a-1", "water", "r", LATER), [("*", "paused", "")]),
    "withdrawn": (Timetable.cancel, AssignmentCancelled("a-1", "water", "withdrawn"), [("*", "void", ""), ("promise", "void", "")]),
    "answered": (Timetable.cancel, AssignmentCancelled("a-1", "water", "answered"), [("*", "void", "")]),
    "reassigned": (Timetable.cancel, AssignmentReassigned("a-1", "water", "roads", "r"), [("*", "void", "")]),
    "kept late": (
        Timetable.keep_promise, PromiseKept("a-1", "water", "p-1", "w", "e", DUE, False, LATER), [("promise", "missed", "p-1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_an_event_ends_the_deadlines_that_it_meets(name):
    move, message, expected = ENDS[name]
    moved = timetable()
    move(moved, message)
    assert (ended(moved), moved.openings) == (expected, [])
    assert all((ending.assignment, ending.sequence, ending.ended) == ("a-1", 5, NOW) for ending in moved.endings)


def test_an_extension_replaces_the_deadline_and_counts_from_where_it_was():
    moved = timetable(deadline())
    moved.extend(AssignmentExtended("a-1", "water", DUE, {"reply": LATER}, "汛期"))
    (opening,) = moved.openings
    assert (ended(moved), opening.deadline.due, opening.deadline.cause) == ([("reply", "replaced", "")], LATER, "extended")
    assert (opening.deadline.begun, opening.deadline.start, opening.deadline.title) == (deadline().start, NOW, "河道淤积")


def test_the_end_of_an_evaluation_is_nothing_to_remind_a_department_of():
    moved = timetable(deadline())
    moved.resume(AssignmentResumed("a-1", "water", {"evaluation": LATER}))
    assert (moved.openings, moved.endings) == ([], [])


PAUSED = deadline(version=1)


@pytest.mark.parametrize(
    ("known", "paused_by", "waits"),
    [
        ((PAUSED,), None, False),
        ((PAUSED,), 3, True),
        ((PAUSED, replace(PAUSED, version=4, cause="resumed")), 3, False),
        ((PAUSED, replace(PAUSED, version=4, cause="rescheduled")), 3, True),
        ((PAUSED, replace(PAUSED, version=4, cause="reopened")), 3, False),
    ],
)
def test_a_calendar_that_changes_sets_no_clock_going_while_the_case_waits(known, paused_by, waits):
    moved = timetable(*known, paused_by=paused_by)
    moved.reschedule(AssignmentRescheduled("a-1", "water", {"reply": LATER}, False, "放假安排公布"))
    (opening,) = moved.openings
    assert (opening.paused, opening.first is None) == (waits, waits)


@pytest.mark.parametrize(
    ("round_", "cause", "called"), [(2, "dissatisfied", []), (3, "dissatisfied", ["dissatisfied"]), (3, "promise", [])]
)
def test_a_case_that_was_found_wanting_too_often_goes_to_supervision_when_the_office_opens(round_, cause, called):
    moved = replace(timetable(deadline()), at=at("2026-11-25 23:00"), openings=[], endings=[], occasions=[], marks=[])
    moved.reopen(AssignmentReopened("a-1", "water", round_, {"reply": LATER}, "没有解决", cause))
    assert ([each.occasion for each in moved.occasions], len(moved.openings)) == (called, 1)
    assert all(each.at == at("2026-11-26 08:30") and each.deadline.kind == "evaluation" for each in moved.occasions)


def test_a_promise_is_a_deadline_of_its_own_and_calls_for_a_card_when_it_is_broken():
    made, broken = timetable(deadline()), timetable(deadline())
    made.promise(PromiseMade("a-1", "water", "建泵站", LATER, promise="p-1"))
    broken.break_promise(PromiseBroken("a-1", "water", "p-1", "建泵站", LATER))
    assert [(each.deadline.kind, each.deadline.promise, each.deadline.cause) for each in made.openings] == [
        ("promise", "p-1", "promised")
    ]
    assert (ended(broken), [each.occasion for each in broken.occasions]) == ([("promise", "missed", "p-1")], ["broken"])


def test_a_mark_that_is_taken_away_is_kept_too():
    moved = timetable()
    moved.mark(AssignmentMarked("a-1", "water", False, None, "常委会决定"))
    assert [(mark.sequence, mark.higher) for mark in moved.marks] == [(5, False)]
