"""The moves of an opinion as rules: what each changes, publishes and records, and that a refused one changes nothing. No store."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.contracts.errors import Conflict, Invalid, Refusal
from services.contracts.lifecycle import Move, State, allowed_moves
from services.contracts.messages.merging import OpinionJoined, OpinionParted, OpinionUnmerged
from services.contracts.messages.opinions import (
    OpinionAccepted,
    OpinionDeclined,
    OpinionDetailed,
    OpinionEvaluated,
    OpinionMerged,
    OpinionReturned,
    OpinionWithdrawn,
)
from services.contracts.messages.values import Outcome, Rating
from services.intake.domain.opinion import Opinion
from services.intake.domain.receipt.rating import GivenRating, Rated
from services.intake.domain.receipt.receipts import rater_of
from services.intake.domain.reviewing import Terms
from services.intake.domain.submission.submission import LONGEST_CONTENT
from services.intake.domain.timeline import STAFF
from tests.unit.intake.harness import TOWN, WINDOW
from tests.unit.intake.opinions import FORM, MORNING, opinion

GOOD, BAD = Rated(Rating.SATISFIED), Rated(Rating.DISSATISFIED, None, "没有来人。")


def waiting(**fields: Any) -> Opinion:
    """An opinion that waits for its review."""
    return opinion(TOWN, channel="campaign", **fields)


def replied() -> Opinion:
    """A case whose reply can be rated."""
    case = opinion(TOWN)
    case.state, case.department, case.assignment = State.REPLIED, "water", "a-1"
    case.reply, case.outcome, case.evaluate_by, case.asked_sequence, case.answered_sequence = (
        "已修好。",
        Outcome.SOLVED,
        WINDOW,
        4,
        4,
    )
    return case


def published(case: Opinion) -> list[object]:
    return [message for _, message in case.events]


def recorded(case: Opinion) -> list[tuple[str, str, object]]:
    return [(line.what, line.by, dict(line.facts)) for line in case.timeline]


def in_state(state: State) -> Opinion:
    made = opinion(TOWN, "o-2")
    made.state = state
    return made


def test_a_reviewer_lets_it_in_on_terms():
    case = waiting(topic="lamps")
    terms = Terms("河道", "county", "simple", "roads", ("water",), "separate", True, "李镇长")
    case.accept(TOWN, terms, again=True)
    assert (case.state, case.topic, case.chosen, case.co_handlers) == (State.ACCEPTED, "rivers", "roads", ("water",))
    assert (case.level, case.difficulty, case.handling, case.key, case.leader) == ("county", "simple", "separate", True, "李镇长")
    assert published(case) == [
        OpinionAccepted(
            case.text, "campaign", "reviewer", "rivers", "county", "simple", "roads", ("water",), "separate", True, "李镇长", True
        )
    ]
    told = {"level": "county", "difficulty": "simple", "key": True, "leader": "李镇长", "topic": "rivers"}
    assert recorded(case) == [("opinion.accepted", "office", told)]


def test_asking_back_and_the_answer_bring_it_round_to_the_reviewer():
    case = waiting()
    case.return_("是哪座桥？")
    assert (case.state, published(case)) == (State.RETURNED, [OpinionReturned("是哪座桥？", None)])
    case.now += timedelta(days=2)
    case.add_details("东街桥。")
    assert (case.state, case.waiting_since) == (State.SUBMITTED, case.now)
    assert case.content == f"{FORM['content']}\n\n【补充】东街桥。"
    assert published(case)[1:] == [OpinionDetailed("东街桥。", None)]
    assert [number for number, _ in case.events] == [case.published_sequence - 1, case.published_sequence]


def test_a_department_that_waits_is_told_and_the_state_stays():
    case = in_state(State.PAUSED)
    case.waiting_since = None
    case.add_details("桥东。")
    assert (case.state, case.waiting_since) == (State.PAUSED, None)


def test_a_decline_carries_the_advice_of_its_reason():
    case = waiting()
    assert case.decline(TOWN, "court").name == "诉讼"
    assert (case.state, published(case)) == (State.DECLINED, [OpinionDeclined("court", "请走法律程序", None)])
    assert recorded(case) == [("opinion.declined", "office", {"reason": "court"})]


def test_a_merge_is_said_of_both_and_takes_the_followers_along():
    case, own, follower = opinion(TOWN), waiting(opinion_id="o-2"), waiting(opinion_id="o-3")
    case.department = "water"
    own.merge_into(case, [follower])
    assert (own.state, own.merged_into) == (State.MERGED, case.id)
    assert published(own) == [OpinionMerged(case.id, False, None)]
    assert published(case) == [OpinionJoined(own.text, None), OpinionJoined(follower.text, None)]
    assert recorded(own) == [("opinion.merged", "office", {"department": "water"})]
    assert recorded(case) == [("opinion.joined", "office", {"opinion": each}) for each in ("o-2", "o-3")]
    own.department, own.assignment = "water", "a-1"
    own.unmerge(case)
    assert (own.state, own.merged_into, own.department, own.assignment) == (State.SUBMITTED, None, None, None)
    assert (published(own)[1:], published(case)[2:]) == ([OpinionUnmerged(case.id, None)], [OpinionParted("o-2", None)])


@pytest.mark.parametrize("state", State)
def test_a_merge_needs_a_case_that_somebody_handles(state):
    case, own = in_state(state), opinion(TOWN)
    if state.is_with_routing:
        own.merge_into(case, [])
        assert own.merged_into == case.id
    else:
        with pytest.raises(Invalid):
            own.merge_into(case, [])
        assert (own.merged_into, own.events, case.events) == (None, [], [])


def test_nothing_is_merged_into_itself():
    own = opinion(TOWN)
    with pytest.raises(Invalid, match="another"):
        own.merge_into(own, [])


def test_who_was_merged_tells_the_case_and_the_words_stay_with_their_own():
    case, own = in_state(State.SIGNED), opinion(TOWN)
    own.state, own.merged_into = State.MERGED, case.id
    own.add_details_to(case, "桥西也塌了。")
    assert own.content.endswith("【补充】桥西也塌了。")
    assert (own.events, published(case)) == ([], [OpinionDetailed("桥西也塌了。", None, own.id)])
    (line,) = case.timeline
    assert (line.audience, line.facts) == (STAFF, {"opinion": own.id})


@pytest.mark.parametrize("state", State)
def test_a_case_takes_words_until_it_is_answered(state):
    open_ = state is State.REOPENED or Move.MERGE in allowed_moves(state)
    assert in_state(state).takes_words is open_
    if not open_:
        with pytest.raises(Conflict):
            opinion(TOWN).add_details_to(in_state(state), "。")


def test_a_withdrawal_says_whether_it_had_been_let_in():
    for case, accepted in ((waiting(), False), (opinion(TOWN), True)):
        case.withdraw("修好了", followed=False)
        assert (case.state, published(case)) == (State.WITHDRAWN, [OpinionWithdrawn(accepted, "修好了", None)])
    with pytest.raises(Conflict, match="wait for its answer"):
        opinion(TOWN).withdraw(None, followed=True)


def test_a_rating_is_the_raters_own_and_a_second_one_a_revision():
    case, own = replied(), opinion(TOWN, "o-2")
    first = case.rate(own, "R1", BAD, [])
    assert first == GivenRating(case.id, "R1", 1, 4, 1, None, Rating.DISSATISFIED, "没有来人。", MORNING, False)
    second = case.rate(own, "R1", GOOD, [first])
    assert (second.attempt, second.revision) == (2, True)
    assert published(case)[1] == OpinionEvaluated(
        "a-1", "water", Rating.SATISFIED, None, None, None, round=1, rater=rater_of("R1"), revision=True
    )
    assert [(line.audience, dict(line.facts)) for line in own.timeline] == [
        ("R1", {"result": "dissatisfied"}), ("R1", {"result": "satisfied", "revision": True}),
    ]  # fmt: skip
    assert (case.timeline, own.events) == ([], [])


def test_a_promise_that_was_kept_asks_again_and_its_answer_counts_from_one():
    case = replied()
    first = case.rate(case, "R1", BAD, [])
    case.asked_sequence = 9
    again = case.rate(case, "R1", GOOD, [first])
    assert (again.asked_sequence, again.attempt, again.revision) == (9, 1, True)


def test_words_are_erased_once():
    case = opinion(TOWN)
    assert [case.erase_words(), case.erase_words()] == [True, False]
    assert FORM["title"] not in case.title


@pytest.mark.parametrize("state", State)
def test_a_move_that_is_refused_changes_nothing(state):
    case, long = in_state(state), "长" * LONGEST_CONTENT
    moves = (
        lambda: case.accept(TOWN, Terms(topic="月球"), again=False), lambda: case.decline(TOWN, "rain"),
        lambda: case.add_details(long), lambda: case.add_details_to(in_state(State.SIGNED), long),
        lambda: case.merge_into(in_state(State.WITHDRAWN), []), lambda: case.withdraw(None, followed=True),
        lambda: case.rate(case, "R1", replace(GOOD, result=Rating.DISSATISFIED), []),
    )  # fmt: skip
    before = deepcopy(case)
    for move in moves:
        with pytest.raises(Refusal):
            move()
        assert case == before
