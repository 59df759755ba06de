"""The end of the evaluation moves with the calendar: later ratings are let in, and nobody has more of a say for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.errors import Conflict
from services.contracts.messages.assignments import AssignmentRescheduled
from tests.unit.intake.desk import WINDOW, Routing

LATER = WINDOW + timedelta(days=1)
MOVED = AssignmentRescheduled("a-1", "water", {"evaluation": LATER}, False, "日历变更")


@pytest.fixture
def case(desk):
    taken = desk.submit()
    return taken, Routing(taken.id, desk.clock.now())


@pytest.mark.parametrize("order", [1, -1])
def test_a_rating_is_taken_until_the_later_end_in_whatever_order_that_is_heard(desk, case, order):
    taken, routing = case
    created, *rest = routing.created(), routing.replied(), routing.says(MOVED)
    desk.hear(created, *rest[::order])
    shown = desk.get(f"/receipts/{taken.receipt}").get_json()
    assert (shown["reply"]["evaluate_by"], shown["may"]) == (LATER.isoformat(), ["evaluation"])
    desk.clock.instant = LATER
    desk.rate(taken.receipt)
    assert desk.said(taken.id)[-1].data.result == "satisfied"


def test_the_receipt_tells_it(desk, case):
    taken, routing = case
    desk.hear(routing.created(), routing.replied(), routing.says(MOVED))
    line = desk.get(f"/receipts/{taken.receipt}").get_json()["timeline"][-1]
    assert (line["what"], line["facts"]["evaluate_by"]) == ("assignment.rescheduled", LATER.isoformat())
    page = desk.client.get(f"/receipts/{taken.receipt}").text
    assert "评价截止" in page
    assert "2026年12月22日 23:59" in page


def test_nobody_is_asked_again_by_it(desk, case):
    taken, routing = case
    desk.hear(routing.created(), routing.replied())
    desk.rate(taken.receipt, "basically_satisfied")
    desk.rate(taken.receipt, "satisfied")
    desk.hear(routing.says(MOVED))
    with pytest.raises(Conflict, match="evaluated already"):
        desk.rate(taken.receipt, "basically_satisfied")


def test_a_calendar_that_moves_other_deadlines_leaves_the_end_alone(desk, case):
    taken, routing = case
    desk.hear(routing.created(), routing.says(AssignmentRescheduled("a-1", "water", {"reply": LATER}, False, "日历变更")))
    desk.hear(routing.replied())
    assert desk.row(taken.id)["evaluate_by"] == WINDOW
