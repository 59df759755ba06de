"""满意度测评 as a rule: who may rate when, once more on second thought, and again when a promise was kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import State
from services.contracts.messages.values import Rating
from services.intake.domain.receipt.rating import GivenRating, Question, Rated, check_evaluation, given_to, may_do
from services.intake.domain.receipt.receipts import new_receipt, rater_of
from tests.unit.intake.harness import WINDOW

words = st.sampled_from(Rating)
#: What shows nothing, and what shows something.
NOTHING, SOMETHING = (None, "", " ", "\n\t", "\u3000", "\u200b\u2060", "\u202e"), ("。", "没", "1", "x\u200b", "☹")
ratings = st.builds(Rated, words, st.none() | words, st.sampled_from((*NOTHING, *SOMETHING)))
GOOD, BAD = Rated(Rating.SATISFIED), Rated(Rating.DISSATISFIED, None, "没有来人。")


@given(
    state=st.sampled_from(State), by_reply=st.booleans(), before=st.lists(ratings, max_size=4), new=ratings,
    seconds=st.integers(-3, 3), window=st.sampled_from((WINDOW, None)),
)  # fmt: skip
def test_a_rating_passes_exactly_when_every_rule_lets_it(state, by_reply, before, new, seconds, window):
    question, now = Question(window, by_reply), WINDOW + timedelta(seconds=seconds)
    lets = [
        state.is_answered,
        len(before) < (2 if by_reply else 1),
        not before or before[-1] != new,
        window is not None or state is State.REPLIED,
        window is None or now <= window,
    ]
    if not all(lets):
        with pytest.raises(Conflict):
            check_evaluation(state, question, before, new, now)
    elif "dissatisfied" in (new.result, new.process) and new.comment in NOTHING:
        with pytest.raises(Invalid) as refused:
            check_evaluation(state, question, before, new, now)
        assert list(refused.value.errors) == ["comment"]
    else:
        check_evaluation(state, question, before, new, now)


@given(*[ratings.filter(lambda each: not each.lacks_reason)] * 3)
def test_nobody_rates_a_reply_three_times(first, second, third):
    taken: list[Rated] = []
    for new in (first, second, third):
        try:
            check_evaluation(State.REPLIED, Question(WINDOW), taken, new, WINDOW)
        except Conflict:
            continue
        taken.append(new)
    assert taken == ([first, second] if first != second else [first, third] if first != third else [first])


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), max_size=8), st.integers(1, 3), st.integers(0, 3))
def test_only_what_answers_the_present_question_counts(rows, round_, asked):
    stored = [GivenRating("o-1", "0" * 14, r, a, 1, None, Rating.SATISFIED, None, WINDOW, False) for r, a in rows]
    assert len(given_to(Question(WINDOW, asked_sequence=asked), round_, stored)) == rows.count((round_, asked))


def test_a_reply_may_be_thought_over_once_until_the_window_closes():
    check_evaluation(State.REPLIED, Question(WINDOW), [BAD], GOOD, WINDOW)
    check_evaluation(State.CONCLUDED, Question(WINDOW), [BAD], GOOD, WINDOW)
    with pytest.raises(Conflict, match="was open until 2026-12-21T23:59:59"):
        check_evaluation(State.REPLIED, Question(WINDOW), [BAD], GOOD, WINDOW + timedelta(seconds=1))


def test_saying_the_same_again_is_told_so_and_a_third_time_is_told_that_it_is_over():
    with pytest.raises(Conflict, match="said already"):
        check_evaluation(State.REPLIED, Question(WINDOW), [BAD], BAD, WINDOW)
    with pytest.raises(Conflict, match="evaluated already"):
        check_evaluation(State.REPLIED, Question(WINDOW), [BAD, GOOD], BAD, WINDOW)


def test_a_promise_that_was_kept_asks_once():
    again = Question(WINDOW, by_reply=False)
    check_evaluation(State.CONCLUDED, again, [], GOOD, WINDOW)
    with pytest.raises(Conflict, match="evaluated already"):
        check_evaluation(State.CONCLUDED, again, [GOOD], BAD, WINDOW)


def test_an_end_without_its_reply_waits_for_it():
    check_evaluation(State.REPLIED, Question(None), [], GOOD, WINDOW)
    with pytest.raises(Conflict, match="not arrived"):
        check_evaluation(State.CONCLUDED, Question(None), [], GOOD, WINDOW)


@pytest.mark.parametrize("state", [state for state in State if not state.is_answered])
def test_nothing_is_rated_without_a_reply(state):
    with pytest.raises(Conflict, match="'evaluation' is not possible"):
        check_evaluation(state, Question(WINDOW), [], GOOD, WINDOW)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("first", [True, False])
def test_a_co_signer_rates_and_nothing_else(state, first):
    for rates, rated in ((True, False), (True, True), (False, False)):
        may = set(
            may_do(state, rates=rates, rated=rated, first=first, followed=False, attaches=True, tells_case=True, consents=True)
        )
        assert may & {"evaluation", "revision"} == ({"revision" if rated else "evaluation"} if rates else set())
        assert first or not may & {"withdrawal", "details", "attachments"}


@given(st.integers(0, 2**65 - 1), st.integers(0, 2**65 - 1))
def test_a_rater_s_id_tells_raters_apart_and_not_their_receipts(one, other):
    receipts = [new_receipt(lambda _, number=number: number - number % 37) for number in (one, other)]
    ids = [rater_of(receipt) for receipt in receipts]
    assert (ids[0] == ids[1]) is (receipts[0] == receipts[1])
    assert all(len(rater) == 32 and receipt not in rater.upper() for rater, receipt in zip(ids, receipts, strict=True))
