"""What intake hears of routing ends in the same place whatever the order, and the receipt tells the whole story."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome
from services.intake import consumer
from tests.unit.intake.desk import WINDOW, Routing

LATER = WINDOW + timedelta(days=28)
FOLLOWED = ("state", "department", "assignment", "reply", "outcome", "evaluate_by", "round")
LOOP = ("created", "signed", "progressed", "replied", "concluded")


def end(desk, opinion):
    row = desk.row(opinion)
    return {name: row[name] for name in FOLLOWED}


def case_handled_twice(routing):
    """Replied badly, rated so, replied again."""
    return [
        routing.created(), routing.signed(), routing.progressed(), routing.replied("不归我们管。", Outcome.DECLINED),
        routing.reopened(), routing.signed(), routing.replied("修好了。", Outcome.SOLVED, LATER), routing.concluded(),
    ]  # fmt: skip


def test_each_message_moves_the_state_and_tells_its_line(desk):
    opinion = desk.submit().id
    routing = Routing(opinion, desk.clock.now())
    states = []
    for event in case_handled_twice(routing):
        desk.hear(event)
        states.append(desk.row(opinion)["state"])
    assert states == [
        State.ASSIGNED, State.SIGNED, State.SIGNED, State.REPLIED, State.REOPENED, State.SIGNED, State.REPLIED, State.CONCLUDED,
    ]  # fmt: skip
    assert end(desk, opinion) == {
        "state": "concluded", "department": "water", "assignment": "a-1", "reply": "修好了。", "outcome": "solved",
        "evaluate_by": LATER, "round": 2,
    }  # fmt: skip
    assert [moment["what"].removeprefix("assignment.") for moment in desk.timeline(opinion)[2:]] == [
        "created", "signed", "progressed", "replied", "reopened", "signed", "replied", "concluded",
    ]  # fmt: skip


def test_messages_of_several_cases_are_heard_in_one_transaction(desk):
    cases = [Routing(desk.submit().id, desk.clock.now()) for _ in range(3)]
    events = [event for routing in cases for event in case_handled_twice(routing)]
    with desk.database.transaction() as work:
        consumer.handle(desk.intake, work, events)
    assert {desk.row(routing.opinion)["state"] for routing in cases} == {State.CONCLUDED}


def test_every_order_of_a_simple_case_ends_the_same(desk):
    ends, stories = set(), set()
    for order in itertools.permutations(range(len(LOOP))):
        opinion = desk.submit().id
        routing = Routing(opinion, desk.clock.now())
        events = [getattr(routing, name)() for name in LOOP]
        desk.hear(*(events[place] for place in order))
        ends.add(tuple(end(desk, opinion).items()))
        stories.add(tuple((moment["what"], moment["at"]) for moment in desk.timeline(opinion)))
    assert len(ends) == len(stories) == 1
    assert dict(ends.pop())["state"] == State.CONCLUDED


@pytest.fixture(scope="module")
def long_desk(open_desk):
    """One store for all the examples: each has an opinion of its own."""
    return open_desk()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(8)))
def test_a_case_handled_twice_shows_its_last_reply_in_whatever_order_it_is_heard(long_desk, order):
    opinion = long_desk.submit().id
    events = case_handled_twice(Routing(opinion, long_desk.clock.now()))
    long_desk.hear(*(events[place] for place in order))
    assert end(long_desk, opinion) == {
        "state": "concluded", "department": "water", "assignment": "a-1", "reply": "修好了。", "outcome": "solved",
        "evaluate_by": LATER, "round": 2,
    }  # fmt: skip
    told = [moment["at"] for moment in long_desk.timeline(opinion)]
    assert len(told) == 10
    assert told == sorted(told)


def test_a_reply_heard_before_everything_else_can_be_rated(desk):
    taken = desk.submit()
    routing = Routing(taken.id, desk.clock.now())
    created, replied = routing.created(), routing.replied()
    desk.hear(replied)
    desk.rate(taken.receipt)
    assert (desk.said(taken.id)[-1].data.assignment, desk.said(taken.id)[-1].data.department) == ("a-1", "water")
    desk.hear(created)
    assert desk.row(taken.id)["state"] == State.REPLIED


def test_progress_leaves_the_state_and_shows_the_note(desk):
    opinion = desk.submit().id
    routing = Routing(opinion, desk.clock.now())
    desk.hear(routing.created(), routing.progressed("周三进场。"))
    assert desk.row(opinion)["state"] == State.ASSIGNED
    assert desk.timeline(opinion)[-1]["facts"] == {"department": "water", "content": "周三进场。"}


def test_a_message_about_another_opinion_changes_nothing_here(desk):
    opinion = desk.submit().id
    before = desk.row(opinion)
    desk.hear(Routing("somebody-else", desk.clock.now()).created())
    assert desk.row(opinion) == before
    assert len(desk.timeline(opinion)) == 2
