"""When a reply has to promise and when it must not, and which promise is kept."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from services.contracts.commands import Keep, Reply
from services.contracts.errors import Conflict, Invalid
from services.contracts.messages.values import Outcome, Promise, ReplyItem
from services.routing.domain.moves.promising import TrackedPromise, check_reply, promise_kept, promises_of
from tests.unit.routing.bureau import TOWN, at

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
        check_reply(reply, TOWN, NOW)
    return refused.value.errors


@pytest.mark.parametrize("outcome", BEHIND)
def test_an_outcome_that_lies_behind_needs_no_promise_and_takes_none(outcome):
    check_reply(Reply("。", outcome), TOWN, NOW)
    assert errors(Reply("。", outcome, LATER)) == {"promise": ONLY}
    assert errors(Reply("。", outcome, items=(item(outcome, LATER),))) == {"items.0.promise": ONLY}


@pytest.mark.parametrize("outcome", AHEAD)
def test_an_outcome_that_lies_ahead_needs_a_promise(outcome):
    assert errors(Reply("。", outcome)) == {"promise": NEEDED}
    check_reply(Reply("。", outcome, LATER), TOWN, NOW)


@pytest.mark.parametrize("outcome", AHEAD)
def test_the_promise_of_one_demand_is_enough_for_the_reply_but_not_for_another_demand(outcome):
    check_reply(Reply("。", outcome, items=(item(Outcome.SOLVED), item(outcome, LATER))), TOWN, NOW)
    assert errors(Reply("。", outcome, items=(item(outcome), item(outcome, LATER)))) == {"items.0.promise": NEEDED}
    assert errors(Reply("。", outcome, items=(item(outcome), item(Outcome.SOLVED)))) == {"promise": NEEDED}


@pytest.mark.parametrize("outcome", AHEAD)
def test_the_promise_of_a_reply_covers_its_demands(outcome):
    check_reply(Reply("。", outcome, LATER, (item(outcome), item(Outcome.SOLVED))), TOWN, NOW)
    check_reply(Reply("。", Outcome.DEFERRED, LATER, (item(outcome),)), TOWN, NOW)
    assert errors(Reply("。", Outcome.DEFERRED, items=(item(Outcome.SOLVED), item(outcome)))) == {"items.1.promise": NEEDED}


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=400)])
def test_a_promise_is_for_the_future(late):
    past = Promise("换管道", NOW - late)
    assert errors(Reply("。", Outcome.PLANNED, past)) == {"promise.due": ["lies in the past"]}
    assert list(errors(Reply("。", Outcome.PLANNED, LATER, (item(Outcome.PLANNED, past),)))) == ["items.0.promise.due"]


@pytest.mark.parametrize(
    ("now", "months", "latest"),
    [
        ("2026-11-23T09:30", 12, "2027-11-23T23:59:59"),
        ("2026-11-23T23:59", 12, "2027-11-23T23:59:59"),
        ("2028-02-29T09:30", 12, "2029-02-28T23:59:59"),
        ("2026-08-31T09:30", 6, "2027-02-28T23:59:59"),
        ("2026-11-23T09:30", 1, "2026-12-23T23:59:59"),
    ],
)
@pytest.mark.parametrize("field", ["promise.due", "items.1.promise.due"])
def test_a_promise_is_at_most_so_many_months_away_as_the_catalogue_says(now, months, latest, field):
    place = replace(TOWN, limits=replace(TOWN.limits, promise_months=months))

    def check(due):
        soon, promise = Promise("清淤", at(now) + timedelta(days=1)), Promise("换管道", due)
        whole = Reply("。", Outcome.PLANNED, promise)
        by_demand = Reply("。", Outcome.PLANNED, soon, (item(Outcome.PLANNED), item(Outcome.PLANNED, promise)))
        check_reply(whole if field == "promise.due" else by_demand, place, at(now))

    check(at(latest))
    with pytest.raises(Invalid) as refused:
        check(at(latest) + timedelta(seconds=1))
    assert list(refused.value.errors) == [field]
    assert latest in refused.value.errors[field][0]


RANKED = ["solved", "in_progress", "planned", "deferred", "reference", "declined"]


def as_said(whole, *parts):
    """What the rule says in the simplest words."""
    if whole == "solved":
        return set(parts) <= {"solved", "reference"} and "solved" in parts
    return RANKED.index(whole) >= min(map(RANKED.index, parts))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_reply_says_nothing_better_than_its_demands(count):
    seen = set()
    for whole, *parts in product(RANKED, repeat=count + 1):
        items = tuple(item(Outcome(part), LATER if part in AHEAD else None) for part in parts)
        reply = Reply("。", Outcome(whole), LATER if {whole, *parts} & set(AHEAD) else None, items)
        seen.add(as_said(whole, *parts))
        if as_said(whole, *parts):
            check_reply(reply, TOWN, NOW)
        else:
            (words,) = errors(reply)["outcome"]
            assert words.count("items.") >= 1, (whole, parts)
    assert seen == {True, False}


@pytest.mark.parametrize(
    ("whole", "parts", "named"),
    [
        ("solved", ["solved", "declined", "deferred"], "items.1 declined, items.2 deferred"),
        ("solved", ["reference", "reference"], "items.0 reference, items.1 reference"),
        ("planned", ["deferred", "declined"], "items.0 deferred, items.1 declined"),
        ("reference", ["declined"], "items.0 declined"),
    ],
)
def test_the_demands_that_stand_against_an_outcome_are_named(whole, parts, named):
    reply = Reply("。", Outcome(whole), LATER if whole in AHEAD else None, tuple(item(Outcome(part)) for part in parts))
    assert errors(reply)["outcome"][0].endswith(named)


def test_every_promise_of_a_reply_is_found_its_own_first():
    assert promises_of(Reply("。", Outcome.PLANNED, LATER, (item(AHEAD[0], SOONER), item(BEHIND[0])))) == (LATER, SOONER)
    assert promises_of(Reply("。", Outcome.SOLVED)) == ()


def promised(**states):
    return [TrackedPromise(name, "a-1", "o-1", "water", "修堤", "水利站", NOW, NOW, None, state) for name, state in states.items()]


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
    assert promise_kept(Keep("。", named), promised(**states)).id == kept


@pytest.mark.parametrize("states", [{}, {"a": "kept"}, {"a": "released"}])
def test_where_nothing_is_left_nothing_is_kept(states):
    with pytest.raises(Conflict):
        promise_kept(Keep("。"), promised(**states))


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
        promise_kept(Keep("。", named), promised(**states))
    assert said in refused.value.detail + str(refused.value.errors)
