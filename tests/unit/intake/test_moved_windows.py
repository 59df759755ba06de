"""The end of the evaluation moves with the calendar: later ratings are let in, and nobody has more of a say for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.errors import Conflict
from services.contracts.messages.assignments import AssignmentRescheduled
from tests.unit.intake.harness import WINDOW, Routing

LATER = WINDOW + timedelta(days=1)
MOVED = AssignmentRescheduled("a-1", "water", {"evaluation": LATER}, False, "日历变更")


@pytest.fixture
def case(harness):
    taken = harness.submit()
    return taken, Routing(taken.id, harness.clock.now())


@pytest.mark.parametrize("order", [1, -1])
def test_a_rating_is_taken_until_the_later_end_in_whatever_order_that_is_heard(harness, case, order):
    taken, routing = case
    created, *rest = routing.created(), routing.replied(), routing.says(MOVED)
    harness.consume(created, *rest[::order])
    shown = harness.get(f"/receipts/{taken.receipt}").get_json()
    assert (shown["reply"]["evaluate_by"], shown["may"]) == (LATER.isoformat(), ["evaluation"])
    harness.clock.instant = LATER
    harness.rate(taken.receipt)
    assert harness.said(taken.id)[-1].data.result == "satisfied"


def test_the_receipt_tells_it(harness, case):
    taken, routing = case
    harness.consume(routing.created(), routing.replied(), routing.says(MOVED))
    line = harness.get(f"/receipts/{taken.receipt}").get_json()["timeline"][-1]
    assert (line["what"], line["facts"]["evaluate_by"]) == ("assignment.rescheduled", LATER.isoformat())
    page = harness.client.get(f"/receipts/{taken.receipt}").text
    assert "评价截止" in page
    assert "2026年12月22日" in page


def test_nobody_is_asked_again_by_it(harness, case):
    taken, routing = case
    harness.consume(routing.created(), routing.replied())
    harness.rate(taken.receipt, "basically_satisfied")
    harness.rate(taken.receipt, "satisfied")
    harness.consume(routing.says(MOVED))
    with pytest.raises(Conflict, match="evaluated already"):
        harness.rate(taken.receipt, "basically_satisfied")


def test_a_calendar_that_moves_other_deadlines_leaves_the_end_alone(harness, case):
    taken, routing = case
    harness.consume(routing.created(), routing.says(AssignmentRescheduled("a-1", "water", {"reply": LATER}, False, "日历变更")))
    harness.consume(routing.replied())
    assert harness.row(taken.id)["evaluate_by"] == WINDOW
