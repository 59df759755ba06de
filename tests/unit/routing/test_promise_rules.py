"""When a reply has to promise and when it must not, and which promise is kept."""

from datetime import timedelta

import pytest

from services.contracts.commands import Keep, Reply
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages import Outcome, Promise, ReplyItem
from services.routing import domain
from tests.unit.routing.bureau import at

NOW = at("2026-11-23T09:30")
LATER, SOONER = Promise("换管道", NOW + timedelta(days=30)), Promise("清淤", NOW + timedelta(days=3), "张站长")
AHEAD = [Outcome.IN_PROGRESS, Outcome.PLANNED]
BEHIND = [Outcome.SOLVED, Outcome.DEFERRED, Outcome.REFERENCE, Outcome.DECLINED]
NEEDED = ["needed for in_progress or planned: what will be done, and by when"]
ONLY = ["for in_progress or planned only"]


def item(outcome, promise=None):
    return ReplyItem("修堤", "。", outcome, promise)


def errors(reply):
    with pytest.raises(Invalid) as refused:
        domain.check_reply(reply, NOW)
    return refused.value.errors


@pytest.mark.parametrize("outcome", BEHIND)
def test_an_outcome_that_lies_behind_needs_no_promise_and_takes_none(outcome):
    domain.check_reply(Reply("。", outcome), NOW)
    assert errors(Reply("。", outcome, LATER)) == {"promise": ONLY}
    assert errors(Reply("。", outcome, items=(item(outcome, LATER),))) == {"items.0.promise": ONLY}


@pytest.mark.parametrize("outcome", AHEAD)
def test_an_outcome_that_lies_ahead_needs_a_promise(outcome):
    assert errors(Reply("。", outcome)) == {"promise": NEEDED}
    domain.check_reply(Reply("。", outcome, LATER), NOW)


@pytest.mark.parametrize("outcome", AHEAD)
def test_the_promise_of_one_demand_is_enough_for_the_reply_but_not_for_another_demand(outcome):
    domain.check_reply(Reply("。", outcome, items=(item(Outcome.SOLVED), item(outcome, LATER))), NOW)
    assert errors(Reply("。", outcome, items=(item(outcome), item(outcome, LATER)))) == {"items.0.promise": NEEDED}
    assert errors(Reply("。", outcome, items=(item(outcome), item(Outcome.SOLVED)))) == {"promise": NEEDED}


@pytest.mark.parametrize("outcome", AHEAD)
def test_the_promise_of_a_reply_covers_its_demands(outcome):
    domain.check_reply(Reply("。", outcome, LATER, (item(outcome), item(Outcome.SOLVED))), NOW)
    domain.check_reply(Reply("。", Outcome.SOLVED, LATER, (item(outcome),)), NOW)
    assert errors(Reply("。", Outcome.SOLVED, items=(item(Outcome.SOLVED), item(outcome)))) == {"items.1.promise": NEEDED}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_a_promise_is_for_the_future(late):
    past = Promise("换管道", NOW - late)
    assert errors(Reply("。", Outcome.PLANNED, past)) == {"promise.due": ["lies in the past"]}
    assert list(errors(Reply("。", Outcome.PLANNED, LATER, (item(Outcome.PLANNED, past),)))) == ["items.0.promise.due"]


def test_every_promise_of_a_reply_is_found_its_own_first():
    assert domain.promises_of(Reply("。", Outcome.PLANNED, LATER, (item(AHEAD[0], SOONER), item(BEHIND[0])))) == (LATER, SOONER)
    assert domain.promises_of(Reply("。", Outcome.SOLVED)) == ()


def rows(**states):
    return [{"id": name, "state": state} for name, state in states.items()]


@pytest.mark.parametrize(
    ("states", "named", "kept"),
    [
        ({"a": "open"}, None, "a"),
        ({"a": "broken"}, None, "a"),
        ({"a": "kept", "b": "open"}, None, "b"),
        ({"a": "broken", "b": "open"}, None, "b"),
        ({"a": "broken", "b": "open"}, "a", "a"),
        ({"a": "open", "b": "open"}, "b", "b"),
    ],
)
def test_what_is_kept_is_the_one_that_is_named_else_the_only_one_there_is(states, named, kept):
    assert domain.promise_kept(Keep("。", named), rows(**states))["id"] == kept


@pytest.mark.parametrize("states", [{}, {"a": "kept"}, {"a": "released"}])
def test_where_nothing_is_left_nothing_is_kept(states):
    with pytest.raises(Conflict):
        domain.promise_kept(Keep("。"), rows(**states))


@pytest.mark.parametrize(
    ("states", "named", "error", "said"),
    [
        ({"a": "open", "b": "open"}, None, Invalid, "one of a, b"),
        ({"a": "broken", "b": "broken"}, None, Invalid, "one of a, b"),
        ({"a": "open"}, "b", Invalid, "no such promise"),
        ({"a": "kept", "b": "open"}, "a", Conflict, "already"),
    ],
)
def test_an_unclear_promise_is_asked_for(states, named, error, said):
    with pytest.raises(error) as refused:
        domain.promise_kept(Keep("。", named), rows(**states))
    assert said in refused.value.detail + str(refused.value.errors)
