"""What intake does on a real store, and what it says about it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.lifecycle import State
from services.contracts.messages.opinions import OpinionAccepted, OpinionDeclined, OpinionEvaluated, OpinionSubmitted
from services.contracts.messages.values import Rating
from services.intake.domain.receipt.receipts import rater_of
from services.intake.domain.reviewing import Terms
from services.intake.handlers.reviewing import accept, decline
from services.intake.handlers.taking import take
from tests.unit.intake.harness import TOWN, WINDOW, Routing
from tests.unit.intake.opinions import FORM, submission


def said(harness, about=None):
    return [(event.type, event.sequence) for event in harness.said(about)]


def story(harness, opinion):
    return [(moment["what"], moment["by"]) for moment in harness.timeline(opinion)]


@pytest.fixture
def replied(harness):
    """An opinion with a reply that can be rated."""
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed(), routing.replied())
    harness.clock.instant = routing.now + timedelta(hours=1)
    return taken, routing


def test_what_comes_in_by_an_open_channel_is_submitted_and_accepted_in_this_order(harness):
    taken = harness.submit(topic="水系", station="central", channel="qr")
    assert (taken.state, taken.known) == (State.ACCEPTED, False)
    first, second = harness.said(taken.id)
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.data == OpinionSubmitted("qr", FORM["title"], "rivers", "town", "central")
    assert isinstance(second.data, OpinionAccepted)
    assert (second.data.decision, second.data.topic, second.data.opinion.topic) == ("automatic", "rivers", "rivers")
    assert (second.data.opinion.id, second.data.opinion.content) == (taken.id, FORM["content"])
    assert {event.source for event in (first, second)} == {"/intake"}
    assert {event.time for event in (first, second)} == {harness.clock.now()}
    assert story(harness, taken.id) == [("opinion.submitted", "submitter"), ("opinion.accepted", "policy")]


def test_what_comes_in_by_a_reviewed_channel_waits(harness):
    taken = harness.submit(channel="campaign")
    assert taken.state == State.SUBMITTED
    assert said(harness) == [("opinion.submitted", 1)]
    assert story(harness, taken.id) == [("opinion.submitted", "submitter")]


def test_no_message_carries_who_said_it(harness):
    person = {"kind": "citizen", "name": "沈秀兰", "phone": "13900001111", "email": "shen@example.org"}
    harness.submit(submitter=person, relay=["沈秀兰", "网格员老周"], deputy="代表甲")
    for event in harness.said():
        assert "沈秀兰" not in repr(event)
        assert "13900001111" not in repr(event)


def test_no_error_of_the_store_carries_who_said_it(harness):
    person = {"kind": "citizen", "name": "沈秀兰"}
    form = submission(visibility="public", submitter=person)
    harness.do(take, TOWN, form, "the-same-id")
    with pytest.raises(IntegrityError) as failed:
        harness.do(take, TOWN, form, "the-same-id")
    assert "沈秀兰" not in str(failed.value)
    assert FORM["title"] not in str(failed.value)


def test_a_refused_opinion_leaves_nothing(harness):
    with pytest.raises(Invalid):
        harness.submit(topic="月球")
    assert (harness.count(), harness.said()) == (0, [])


def test_a_reviewer_lets_it_in_perhaps_under_another_topic(harness):
    taken = harness.submit(channel="campaign", topic="lamps", area="east")
    assert harness.do(accept, TOWN, taken.id, Terms(topic="河道")) == State.ACCEPTED
    accepted = harness.said()[-1]
    assert (accepted.sequence, accepted.data.decision, accepted.data.topic) == (2, "reviewer", "rivers")
    assert (accepted.data.opinion.topic, accepted.data.opinion.area) == ("rivers", "east")
    assert harness.row(taken.id)["topic"] == "rivers"
    assert story(harness, taken.id)[-1] == ("opinion.accepted", "office")


def test_a_reviewer_who_names_no_topic_keeps_the_submitter_s(harness):
    taken = harness.submit(channel="campaign", topic="lamps")
    harness.do(accept, TOWN, taken.id, Terms())
    assert harness.said()[-1].data.topic == "lamps"


def test_a_reviewer_declines_for_a_reason_that_carries_advice(harness):
    taken = harness.submit(channel="campaign")
    assert harness.do(decline, TOWN, taken.id, "court") == State.DECLINED
    assert harness.said()[-1].data == OpinionDeclined("court", "请走法律程序", None)
    assert harness.timeline(taken.id)[-1]["facts"] == {"reason": "court"}


@pytest.mark.parametrize("reason", ["", "rain", "不清"])
def test_a_reason_that_the_catalogue_does_not_have_declines_nothing(harness, reason):
    taken = harness.submit(channel="campaign")
    with pytest.raises(Invalid) as refused:
        harness.do(decline, TOWN, taken.id, reason)
    assert refused.value.errors == {"reason": ["one of unclear, court"]}
    assert harness.row(taken.id)["state"] == State.SUBMITTED


def test_a_review_happens_once(harness):
    accepted, declined = harness.submit(), harness.submit(channel="campaign")
    harness.do(decline, TOWN, declined.id, "unclear")
    for opinion in (accepted.id, declined.id):
        for use_case, word in ((accept, Terms()), (decline, "unclear")):
            with pytest.raises(Conflict):
                harness.do(use_case, TOWN, opinion, word)
    with pytest.raises(NotFound):
        harness.do(accept, TOWN, "nothing", Terms())


def test_the_same_external_id_with_the_same_text_is_the_same_opinion(harness):
    first, again = harness.submit(external_id="12345-7"), harness.submit(external_id="12345-7")
    assert (again.id, again.receipt, again.state, again.known) == (first.id, first.receipt, first.state, True)
    assert (harness.count(), len(harness.said())) == (1, 2)


def test_the_same_external_id_with_another_text_is_refused(harness):
    harness.submit(external_id="12345-7")
    with pytest.raises(Conflict, match="external_id"):
        harness.submit(external_id="12345-7", content="别的事。")
    assert harness.count() == 1


def test_a_bad_opinion_of_a_batch_is_refused_alone(harness):
    results = harness.submit_many({"external_id": "a"}, {"external_id": "b", "topic": "月球"}, {"external_id": "c"})
    assert isinstance(results[1], Invalid)
    assert list(results[1].errors) == ["topic"]
    assert [result.known for result in (results[0], results[2])] == [False, False]
    assert harness.count() == 2


def test_another_text_under_a_known_external_id_is_refused_in_a_batch_too(harness):
    harness.submit(external_id="a")
    results = harness.submit_many(
        {"external_id": "a", "channel": "web", "content": "别的事。"}, {"external_id": "b"}, {"external_id": "b", "title": "别的"}
    )
    assert [list(getattr(result, "errors", {})) for result in results] == [["external_id", "content"], [], ["external_id", "title"]]
    assert harness.count() == 2


def test_a_batch_knows_what_was_sent_before_and_what_stands_in_it_twice(harness):
    earlier = harness.submit(external_id="a", channel="import")
    results = harness.submit_many({"external_id": "a"}, {"external_id": "b"}, {"external_id": "b"}, {}, {})
    assert [result.known for result in results] == [True, False, True, False, False]
    assert results[0].receipt == earlier.receipt
    assert (results[2].id, results[2].receipt) == (results[1].id, results[1].receipt)
    assert harness.count() == 4


def test_what_was_refused_before_is_no_bar_to_the_same_id_later(harness):
    results = harness.submit_many({"external_id": "a", "area": "moon"}, {"external_id": "a"})
    assert isinstance(results[0], Invalid)
    assert not results[1].known


def test_a_reply_is_rated_by_whoever_holds_the_receipt(harness, replied):
    taken, _ = replied
    harness.rate(taken.receipt, "basically_satisfied", "satisfied", "来得快。")
    rated = harness.said(taken.id)[-1]
    assert rated.sequence == 3
    rater = rater_of(taken.receipt)
    assert rated.data == OpinionEvaluated(
        "a-1", "water", Rating.BASICALLY_SATISFIED, Rating.SATISFIED, "来得快。", None, round=1, rater=rater
    )
    assert story(harness, taken.id)[-1] == ("opinion.evaluated", "submitter")


def test_a_reply_is_rated_anew_in_every_round(harness, replied):
    taken, routing = replied
    harness.rate(taken.receipt, "dissatisfied")
    harness.consume(routing.reopened())
    with pytest.raises(Conflict, match="not possible"):
        harness.rate(taken.receipt)
    harness.consume(routing.replied("这次修好了。"))
    harness.rate(taken.receipt)
    assert [event.data.result for event in harness.said(taken.id)[2:]] == ["dissatisfied", "satisfied"]


def test_nothing_is_rated_before_there_is_a_reply(harness):
    taken = harness.submit()
    with pytest.raises(Conflict):
        harness.rate(taken.receipt)
    with pytest.raises(NotFound):
        harness.rate("0" * 14)
    assert len(harness.said()) == 2


def test_a_rating_after_the_window_is_refused(harness, replied):
    taken, _ = replied
    harness.clock.instant = WINDOW + timedelta(seconds=1)
    with pytest.raises(Conflict, match="was open until"):
        harness.rate(taken.receipt)
