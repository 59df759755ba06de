"""满意度测评: the window for a rating follows a changed calendar, to a later day and never to an earlier one."""

from datetime import timedelta

import pytest

from services.contracts.messages.assignments import AssignmentRescheduled
from tests.unit.routing.bureau import PLANNED, REPLY, TOWN, Bureau, at
from tests.unit.routing.test_rescheduling import AGAIN, CLOSED, moves, run, told

#: Of a reply at the clock's start: before a closure, and after one and two.
BEFORE, AFTER, LATEST = (at(f"2026-12-{day}T23:59:59") for day in (21, 22, 23))


@pytest.fixture
def town(bureau):
    run(bureau, TOWN)
    return bureau


@pytest.fixture
def answered(town):
    assignment = town.accept(opinion="o-1")
    town.do(assignment, "reply", REPLY)
    return assignment


def test_a_window_closes_later_when_the_office_does_not_work_a_day(town, answered):
    assert town.row(answered)["evaluate_by"] == BEFORE
    run(town, CLOSED)
    (said,) = moves(town, "o-1")
    assert said == AssignmentRescheduled(answered, "water", {"evaluation": AFTER}, False, said.reason)
    assert (town.row(answered)["evaluate_by"], town.row(answered)["state"]) == (AFTER, "replied")
    (audit,) = town.get("/reschedulings", "reviewer").get_json()["items"]
    assert (audit["kind"], audit["before"], audit["after"]) == ("evaluation", BEFORE.isoformat(), AFTER.isoformat())
    assert [move.kind for move in told(town)["water"].moved] == ["evaluation"]


def test_it_is_concluded_unrated_after_the_window_of_now(town, answered):
    run(town, CLOSED)
    later = Bureau(town.database, town.clock, CLOSED)
    town.clock.instant = BEFORE + timedelta(hours=1)
    assert later.conclude_lapsed() == 0
    town.clock.instant = AFTER + timedelta(hours=1)
    assert later.conclude_lapsed() == 1


def test_what_a_submitter_was_told_is_not_taken_away(town, answered):
    run(town, AGAIN)
    assert town.row(answered)["evaluate_by"] == LATEST
    run(town, CLOSED)
    run(town, TOWN)
    assert (town.row(answered)["evaluate_by"], len(moves(town, "o-1"))) == (LATEST, 1)


def test_it_is_counted_from_the_promise_that_was_kept_since(town):
    assignment = town.accept(opinion="o-1")
    town.do(assignment, "reply", PLANNED)
    town.clock.instant = at("2026-11-24T10:00")
    town.do(assignment, "keep", {"evidence": "照片为证。"})
    assert town.row(assignment)["evaluate_by"] == AFTER
    run(town, CLOSED)
    assert town.row(assignment)["evaluate_by"] == LATEST


def test_a_case_that_has_been_rated_stays(town, answered):
    town.evaluate(answered)
    run(town, CLOSED)
    assert moves(town, "o-1") == []
