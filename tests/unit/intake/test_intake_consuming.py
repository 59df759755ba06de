"""What intake hears of routing ends in the same place whatever the order, and the receipt tells the whole story."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.envelope import EncodedEvent, encode
from services.contracts.lifecycle import State
from services.contracts.messages.values import Outcome
from services.intake import consumer
from tests.unit.intake.harness import WINDOW, Routing

LATER = WINDOW + timedelta(days=28)
FOLLOWED = ("state", "department", "assignment", "reply", "outcome", "evaluate_by", "round")
LOOP = ("created", "signed", "progressed", "replied", "concluded")


def end(harness, opinion):
    row = harness.row(opinion)
    return {name: row[name] for name in FOLLOWED}


def case_handled_twice(routing):
    """Replied badly, rated so, replied again."""
    return [
        routing.created(), routing.signed(), routing.progressed(), routing.replied("不归我们管。", Outcome.DECLINED),
        routing.reopened(), routing.signed(), routing.replied("修好了。", Outcome.SOLVED, LATER), routing.concluded(),
    ]  # fmt: skip


def test_each_message_moves_the_state_and_tells_its_line(harness):
    opinion = harness.submit().id
    routing = Routing(opinion, harness.clock.now())
    states = []
    for event in case_handled_twice(routing):
        harness.consume(event)
        states.append(harness.row(opinion)["state"])
    assert states == [
        State.ASSIGNED, State.SIGNED, State.SIGNED, State.REPLIED, State.REOPENED, State.SIGNED, State.REPLIED, State.CONCLUDED,
    ]  # fmt: skip
    assert end(harness, opinion) == {
        "state": "concluded", "department": "water", "assignment": "a-1", "reply": "修好了。", "outcome": "solved",
        "evaluate_by": LATER, "round": 2,
    }  # fmt: skip
    assert [moment["what"].removeprefix("assignment.") for moment in harness.timeline(opinion)[2:]] == [
        "created", "signed", "progressed", "replied", "reopened", "signed", "replied", "concluded",
    ]  # fmt: skip


def test_messages_of_several_cases_are_heard_in_one_transaction(harness):
    cases = [Routing(harness.submit().id, harness.clock.now()) for _ in range(3)]
    events = [event for routing in cases for event in case_handled_twice(routing)]
    with harness.database.transaction() as work:
        consumer.handle(harness.intake, work, [EncodedEvent(event, encode(event)) for event in events])
    assert {harness.row(routing.opinion)["state"] for routing in cases} == {State.CONCLUDED}


@pytest.mark.slow
def test_every_order_of_a_simple_case_ends_the_same(harness):
    ends, stories = set(), set()
    for order in itertools.permutations(range(len(LOOP))):
        opinion = harness.submit().id
        routing = Routing(opinion, harness.clock.now())
        events = [getattr(routing, name)() for name in LOOP]
        harness.consume(*(events[place] for place in order))
        ends.add(tuple(end(harness, opinion).items()))
        stories.add(tuple((moment["what"], moment["at"]) for moment in harness.timeline(opinion)))
    assert len(ends) == len(stories) == 1
    assert dict(ends.pop())["state"] == State.CONCLUDED


@pytest.fixture(scope="module")
def long_desk(open_harness):
    """One store for all the examples: each has an opinion of its own."""
    return open_harness()


@pytest.mark.slow
@settings(max_examples=150)
@given(order=st.permutations(range(8)))
def test_a_case_handled_twice_shows_its_last_reply_in_whatever_order_it_is_heard(long_desk, order):
    opinion = long_desk.submit().id
    events = case_handled_twice(Routing(opinion, long_desk.clock.now()))
    long_desk.consume(*(events[place] for place in order))
    assert end(long_desk, opinion) == {
        "state": "concluded", "department": "water", "assignment": "a-1", "reply": "修好了。", "outcome": "solved",
        "evaluate_by": LATER, "round": 2,
    }  # fmt: skip
    told = [moment["at"] for moment in long_desk.timeline(opinion)]
    assert len(told) == 10
    assert told == sorted(told)


def test_a_reply_heard_before_everything_else_can_be_rated(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    created, replied = routing.created(), routing.replied()
    harness.consume(replied)
    harness.rate(taken.receipt)
    assert (harness.said(taken.id)[-1].data.assignment, harness.said(taken.id)[-1].data.department) == ("a-1", "water")
    harness.consume(created)
    assert harness.row(taken.id)["state"] == State.REPLIED


def test_progress_leaves_the_state_and_shows_the_note(harness):
    opinion = harness.submit().id
    routing = Routing(opinion, harness.clock.now())
    harness.consume(routing.created(), routing.progressed("周三进场。"))
    assert harness.row(opinion)["state"] == State.ASSIGNED
    assert harness.timeline(opinion)[-1]["facts"] == {"department": "water", "content": "周三进场。"}


def test_a_message_about_another_opinion_changes_nothing_here(harness):
    opinion = harness.submit().id
    before = harness.row(opinion)
    harness.consume(Routing("somebody-else", harness.clock.now()).created())
    assert harness.row(opinion) == before
    assert len(harness.timeline(opinion)) == 2
