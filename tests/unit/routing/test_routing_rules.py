"""Where an opinion goes and why, and until when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.commands import Reply
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionEvaluated
from services.contracts.messages.values import Outcome, Rating
from services.routing.domain.choice import Router
from services.routing.domain.limits import deadlines, evaluation_window, rework_deadline
from tests.unit.routing.bureau import TOWN, at
from tests.unit.routing.nouns import lead_of, new_case

ROUTER = Router(TOWN)
WORDS = st.sampled_from([word for topic in TOWN.topics.values() for word in topic.keywords] + ["请", "修", "A", " ", "很久了。"])
texts = st.lists(WORDS, max_size=12).map("".join)


def decide(title, content="", given=None):
    decision = ROUTER.decide(given, title, content)
    return decision.topic.code if decision.topic else None, decision.department, decision.why.rule


@pytest.mark.parametrize("given", ["lamps", "路灯", "Street lamps", "street LAMPS", "  路灯 "])
def test_a_given_topic_is_followed_whatever_the_text_says(given):
    assert decide("河堤塌了", "清淤", given) == ("lamps", "roads", "given")
    assert ROUTER.decide(given, "", "").why.confidence == 1.0


@pytest.mark.parametrize("alias", ["水系", "water WAYS"])
def test_an_alias_is_as_good_as_the_name(alias):
    assert decide("路灯坏了", "", alias)[:2] == ("rivers", "water")


def test_a_topic_that_nobody_knows_leaves_it_to_the_text():
    assert decide("路灯坏了", "", "月球") == ("lamps", "roads", "keywords: 路灯")


def test_keywords_of_title_and_content_decide():
    assert decide("请来看看", "东街的路灯不亮，灯杆也歪了。") == ("lamps", "roads", "keywords: 灯杆、路灯")


def test_latin_keywords_are_found_in_any_case():
    assert decide("led坏了")[0] == decide("LED坏了")[0] == decide("Led坏了")[0] == "lamps"


def test_a_word_in_the_title_outweighs_one_in_the_text():
    assert decide("路灯", "河堤")[0] == "lamps"
    assert decide("河堤", "路灯")[0] == "rivers"


def test_one_repeated_word_does_not_decide():
    assert decide("路灯", "河堤" * 50)[0] == decide("路灯", "河堤" * 3)[0]
    assert ROUTER.decide(None, "路灯", "河堤" * 50).why.confidence == ROUTER.decide(None, "路灯", "河堤" * 3).why.confidence


def test_a_longer_word_is_more_particular():
    assert decide("", "路灯旁的接送站")[0] == "buses"


def test_a_word_that_two_topics_share_says_less_of_each():
    assert decide("", "桥，路灯")[0] == "lamps"
    assert decide("", "桥的护栏")[0] == "bridges"


def test_a_tie_goes_to_the_topic_that_stands_first():
    assert decide("", "路灯、校车")[0] == decide("", "校车、路灯")[0] == "lamps"
    assert decide("桥")[0] == "rivers"
    assert ROUTER.decide(None, "桥", "").why.confidence == 0.5


@pytest.mark.parametrize("text", ["", "你好", "今天天气不错。", "?!", "😀"])
def test_what_no_rule_knows_goes_to_the_fallback_department(text):
    decision = ROUTER.decide(None, text, text)
    assert (decision.topic, decision.department, decision.why.rule, decision.why.confidence) == (None, "petitions", "fallback", 0.0)
    assert decision.difficulty.code == TOWN.fallback_difficulty


@given(texts, texts)
def test_the_same_text_always_goes_the_same_way(title, content):
    first, again = ROUTER.decide(None, title, content), Router(TOWN).decide(None, title, content)
    assert first == again
    assert 0 <= first.why.confidence <= 1
    assert first.department == (first.topic.department if first.topic else "petitions")


@given(texts, texts)
def test_only_words_that_are_there_are_given_as_the_reason(title, content):
    rule = ROUTER.decide(None, title, content).why.rule
    if rule != "fallback":
        words = rule.removeprefix("keywords: ").split("、")
        assert 1 <= len(words) <= 5
        assert all(word in (title + "\n" + content).casefold() for word in words)


@pytest.mark.parametrize(
    ("difficulty", "limits"),
    [
        ("simple", {"sign": "2026-11-24", "object": "2026-12-02", "contact": "2026-11-24", "reply": "2026-11-30"}),
        ("ordinary", {"sign": "2026-11-24", "object": "2026-12-02", "contact": "2026-11-26", "reply": "2026-12-14"}),
    ],
)
def test_deadlines_are_the_catalogue_s_working_days(difficulty, limits):
    due = deadlines(TOWN, TOWN.difficulties[difficulty], at("2026-11-23T09:30"))
    assert due.instants == {kind: at(f"{day}T23:59:59") for kind, day in limits.items()}
    assert not due.provisional


def test_deadlines_beyond_the_published_holidays_are_provisional():
    assert deadlines(TOWN, TOWN.difficulties["simple"], at("2026-12-30T09:30")).provisional


def test_rework_and_evaluation_have_limits_of_their_own():
    start, simple = at("2026-11-23T09:30"), TOWN.difficulties["simple"]
    assert rework_deadline(TOWN, simple, start).at == at("2026-11-30T23:59:59")
    assert evaluation_window(TOWN, simple, start) == at("2026-12-21T23:59:59")


def test_a_case_is_concluded_when_nobody_is_awaited_any_more():
    case = new_case()
    lead = lead_of(case)
    lead.send_reply(case, Reply("已修好。", Outcome.SOLVED))
    for awaited in (2, 1):
        lead.rate(case, OpinionEvaluated(lead.id, "water", Rating.SATISFIED, awaited=awaited))
        assert (lead.state, lead.awaited) == (State.REPLIED, awaited)
    lead.rate(case, OpinionEvaluated(lead.id, "water", Rating.BASICALLY_SATISFIED))
    assert (lead.state, lead.awaited) == (State.CONCLUDED, None)


def test_one_who_is_dissatisfied_gets_it_done_again_whoever_is_awaited():
    case = new_case()
    lead = lead_of(case)
    lead.send_reply(case, Reply("已修好。", Outcome.SOLVED))
    lead.rate(case, OpinionEvaluated(lead.id, "water", Rating.SATISFIED, awaited=2))
    lead.rate(case, OpinionEvaluated(lead.id, "water", Rating.DISSATISFIED, None, "。", awaited=1))
    assert (lead.state, lead.awaited) == (State.REOPENED, None)


@pytest.mark.parametrize("rating", Rating)
def test_only_the_dissatisfied_get_it_done_again(rating):
    case = new_case()
    lead = lead_of(case)
    lead.send_reply(case, Reply("已修好。", Outcome.SOLVED))
    lead.rate(case, OpinionEvaluated(lead.id, "water", rating, None, "。", round=1))
    assert lead.state == (State.REOPENED if rating == "dissatisfied" else State.CONCLUDED)
