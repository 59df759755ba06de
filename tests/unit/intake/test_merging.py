"""并案: several opinions, one answer, and everybody's own say about it."""

from datetime import timedelta

import pytest

from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import State, allowed_moves
from services.contracts.messages.merging import OpinionJoined, OpinionParted, OpinionUnmerged
from services.contracts.messages.opinions import OpinionMerged
from services.contracts.messages.values import OpinionText
from services.intake.handlers.merging import merge, unmerge
from services.intake.handlers.submitter import add_details
from services.intake.store.opinions import Opinions
from tests.unit.intake.harness import WINDOW, Routing

#: A case in one of these takes no more words of those who were merged into it.
ANSWERED = {state for state in State if "merge" not in allowed_moves(state)} - {State.REOPENED}


@pytest.fixture
def merged(harness):
    """(the opinion that was merged, the one that it is handled with)"""
    follower, case = harness.submit(), harness.submit(topic="rivers")
    harness.do(merge, harness.catalogue, follower.id, case.id)
    return follower, case


def reply(harness, case):
    """The case is answered; returns what routing can say next."""
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed(), routing.replied())
    harness.clock.instant = routing.now + timedelta(hours=1)
    return routing


def receipt(harness, taken):
    return harness.get(f"/receipts/{taken.receipt}").get_json()


def test_merging_is_said_and_told(harness, merged):
    follower, case = merged
    (merged, joined) = harness.said()[-2:]
    assert (merged.data, merged.subject, merged.sequence) == (OpinionMerged(case.id, True, None), follower.id, 3)
    row = harness.row(follower.id)
    text = OpinionText(follower.id, row["title"], row["content"])
    assert (joined.data, joined.subject, joined.sequence) == (OpinionJoined(text, "rivers"), case.id, 3)
    joined_line = harness.timeline(case.id)[-1]
    assert (joined_line["what"], joined_line["by"], joined_line["facts"]) == ("opinion.joined", "office", {"opinion": follower.id})
    assert (harness.row(follower.id)["state"], harness.row(follower.id)["merged_into"]) == ("merged", case.id)
    last = harness.timeline(follower.id)[-1]
    assert (last["what"], last["by"]) == ("opinion.merged", "office")


def test_what_had_not_been_let_in_is_merged_without_an_assignment_to_end(harness):
    waiting, case = harness.submit(channel="campaign"), harness.submit()
    answer = harness.post(f"/opinions/{waiting.id}/merge", {"into": case.id}, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": waiting.id, "state": "merged", "into": case.id})
    assert harness.said(waiting.id)[-1].data.accepted is False


@pytest.mark.parametrize("state", [each for each in State if not each.is_with_routing])
def test_a_target_that_nobody_handles_is_refused_by_its_field(harness, state):
    opinion, target = harness.submit(), harness.submit()
    harness.set_state(target.id, state)
    refused = harness.post(f"/opinions/{opinion.id}/merge", {"into": target.id}, "reviewer")
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["into"])
    assert state in refused.get_json()["errors"]["into"][0]
    assert (harness.row(opinion.id)["state"], harness.row(opinion.id)["merged_into"]) == ("accepted", None)


@pytest.mark.parametrize("state", [each for each in State if each.is_with_routing])
def test_whatever_has_been_let_in_can_carry_another(harness, state):
    opinion, target = harness.submit(), harness.submit()
    harness.set_state(target.id, state)
    assert harness.do(merge, harness.catalogue, opinion.id, target.id) == (State.MERGED, target.id)


@pytest.mark.parametrize("move", ["merge", "unmerge"])
def test_both_are_locked_at_once_also_where_one_was_read(harness, monkeypatch, move):
    opinion, case = harness.submit(), harness.submit()
    if move == "unmerge":
        harness.do(merge, harness.catalogue, opinion.id, case.id)
    tag, locked, lock = harness.get(f"/opinions/{opinion.id}", "reviewer").headers["ETag"], [], Opinions.find

    def find(opinions, condition):
        found = lock(opinions, condition)
        locked.append({each.id for each in found})
        return found

    monkeypatch.setattr(Opinions, "find", find)
    body = {"into": case.id} if move == "merge" else None
    assert harness.post(f"/opinions/{opinion.id}/{move}", body, "reviewer", If_Match=tag).status_code == 200
    # One after the other, two merges in opposite directions would wait for each other.
    assert locked[0] == {opinion.id, case.id}


def test_nothing_is_merged_into_itself_or_into_nothing(harness):
    opinion = harness.submit()
    for into in (opinion.id, "nothing"):
        with pytest.raises(Invalid) as refused:
            harness.do(merge, harness.catalogue, opinion.id, into)
        assert list(refused.value.errors) == ["into"]
    assert harness.post("/opinions/nothing/merge", {"into": opinion.id}, "reviewer").status_code == 404


@pytest.mark.parametrize("state", [each for each in State if "merge" not in allowed_moves(each)])
def test_what_has_an_answer_or_an_end_is_not_merged(harness, state):
    opinion, case = harness.submit(), harness.submit()
    harness.set_state(opinion.id, state)
    refused = harness.post(f"/opinions/{opinion.id}/merge", {"into": case.id}, "reviewer")
    assert refused.status_code == 409
    for words in ("'merge'", f"'{state}'", *(allowed_moves(state) or ("closed",))):
        assert words in refused.get_json()["detail"]


def test_whoever_followed_goes_along_when_their_case_is_merged(harness, merged):
    follower, case = merged
    second, bystander, last = harness.submit(), harness.submit(), harness.submit()
    harness.do(merge, harness.catalogue, second.id, case.id)
    harness.do(merge, harness.catalogue, case.id, last.id)
    assert [harness.row(each.id)["merged_into"] for each in (follower, second, case, bystander, last)] == [
        last.id, last.id, last.id, None, None,
    ]  # fmt: skip
    reply(harness, last)
    for each in (follower, second, case, last):
        seen = receipt(harness, each)
        assert (seen["reply"]["content"], seen["department"], seen["may"]) == ("已修好。", "water", ["evaluation"])


def test_a_refused_merger_moves_nobody(harness, merged):
    follower, case = merged
    waiting = harness.submit(channel="campaign")
    with pytest.raises(Invalid):
        harness.do(merge, harness.catalogue, case.id, waiting.id)
    assert harness.row(follower.id)["merged_into"] == case.id


def test_two_cases_are_not_merged_into_each_other(harness, merged):
    follower, case = merged
    with pytest.raises(Invalid) as refused:
        harness.do(merge, harness.catalogue, case.id, follower.id)
    assert "handled with it already" in refused.value.errors["into"][0]


def test_a_target_that_was_merged_stands_for_its_own(harness, merged):
    follower, case = merged
    third = harness.submit()
    answer = harness.post(f"/opinions/{third.id}/merge", {"into": follower.id}, "reviewer")
    assert (answer.status_code, answer.get_json()["into"]) == (200, case.id)
    assert harness.row(third.id)["merged_into"] == case.id


def test_the_file_of_the_case_has_the_words_of_all_that_are_handled_with_it(harness, merged):
    follower, case = merged
    file = harness.get(f"/opinions/{case.id}", "reviewer").get_json()
    assert [(each["id"], each["content"]) for each in file["merged"]] == [(follower.id, harness.row(follower.id)["content"])]


def test_whoever_was_merged_is_awaited_too(harness, merged):
    follower, case = merged
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    for each in (follower, case):
        harness.rate(each.receipt)
    assert [event.data.awaited for event in harness.said(case.id) if event.type == "opinion.evaluated"] == [1, 0]


def test_nobody_reads_another_s_words_on_a_receipt(harness):
    secret = harness.submit(content="只有我知道的事。", title="我家的事")
    second, case = harness.submit(), harness.submit(topic="rivers")
    for each in (secret, second):
        harness.do(merge, harness.catalogue, each.id, case.id)
    harness.do(add_details, secret.receipt, "后来的事。")
    for each in (second, case):
        shown = harness.get(f"/receipts/{each.receipt}").text
        assert not [words for words in ("只有我知道的事", "我家的事", "后来的事") if words in shown]


@pytest.mark.parametrize("state", State)
def test_whoever_was_merged_tells_the_case_more_until_it_is_answered(harness, merged, state):
    follower, case = merged
    harness.set_state(case.id, state)
    answer = harness.post(f"/receipts/{follower.receipt}/details", {"content": "又塌了。"})
    assert ("details" in receipt(harness, follower)["may"]) is (answer.status_code == 201)
    if state in ANSWERED:
        assert (answer.status_code, str(state) in answer.get_json()["detail"]) == (409, True)
        return
    assert answer.status_code == 201
    told = harness.said()[-1]
    assert (told.subject, told.data.content, told.data.merged) == (case.id, "又塌了。", follower.id)
    assert told.sequence == harness.row(case.id)["published_sequence"] == 4
    assert harness.row(follower.id)["content"].endswith("【补充】又塌了。")
    assert receipt(harness, follower)["timeline"][-1]["facts"]["content"] == "又塌了。"


def test_an_unmerged_opinion_waits_for_its_reviewer_and_no_longer_gets_the_other_s_answer(harness, merged):
    follower, case = merged
    reply(harness, case)
    answer = harness.post(f"/opinions/{follower.id}/unmerge", None, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": follower.id, "state": "submitted"})
    (unmerged, parted) = harness.said()[-2:]
    assert (unmerged.subject, unmerged.data, unmerged.sequence) == (follower.id, OpinionUnmerged(case.id), 4)
    assert (parted.subject, parted.data, parted.sequence) == (case.id, OpinionParted(follower.id, "rivers"), 4)
    assert (receipt(harness, follower)["reply"], receipt(harness, follower)["state"]) == (None, "submitted")
    assert harness.get(f"/opinions/{case.id}", "reviewer").get_json()["merged"] == []
    harness.post(f"/opinions/{follower.id}/accept", {}, "reviewer")
    assert harness.said()[-1].data.again is True
    refused = harness.post(f"/opinions/{follower.id}/unmerge", None, "reviewer")
    assert (refused.status_code, "'unmerge'" in refused.get_json()["detail"]) == (409, True)


def test_what_had_never_been_let_in_is_not_let_in_again(harness):
    waiting, case = harness.submit(channel="campaign"), harness.submit()
    harness.do(merge, harness.catalogue, waiting.id, case.id)
    harness.do(unmerge, waiting.id)
    harness.post(f"/opinions/{waiting.id}/accept", {}, "reviewer")
    assert harness.said()[-1].data.again is False


def test_routing_s_late_word_does_not_take_an_unmerged_opinion_out_of_the_review(harness, merged):
    follower, _ = merged
    harness.do(unmerge, follower.id)
    routing = Routing(follower.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed())
    assert harness.row(follower.id)["state"] == "submitted"


def test_what_was_merged_stays_so_whatever_routing_says_late(harness, merged):
    follower, _ = merged
    routing = Routing(follower.id, harness.clock.now())
    harness.consume(routing.created(), routing.signed())
    assert harness.row(follower.id)["state"] == "merged"


def test_each_submitter_rates_the_one_reply_on_their_own(harness, merged):
    follower, case = merged
    reply(harness, case)
    harness.rate(follower.receipt, "satisfied")
    assert [receipt(harness, each)["may"] for each in merged] == [["revision"], ["evaluation"]]
    assert [bool(receipt(harness, each)["evaluation"]) for each in merged] == [True, False]
    harness.rate(case.receipt, "basically_satisfied")
    rated = [event for event in harness.said(case.id) if event.type == "opinion.evaluated"]
    assert [(event.data.assignment, event.data.result, event.sequence) for event in rated] == [
        ("a-1", "satisfied", 4), ("a-1", "basically_satisfied", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "then"), [(0, 1), (1, 0)])
def test_who_has_not_rated_may_after_the_case_was_concluded_while_the_window_is_open(harness, merged, first, then):
    routing = reply(harness, merged[1])
    harness.rate(merged[first].receipt)
    harness.consume(routing.concluded())
    assert receipt(harness, merged[first])["may"] == ["revision"]
    assert receipt(harness, merged[then])["may"] == ["evaluation"]
    harness.clock.instant = WINDOW
    answer = harness.post(f"/receipts/{merged[then].receipt}/evaluation", {"result": "dissatisfied", "comment": "没有来人。"})
    assert (answer.status_code, answer.get_json()["state"]) == (201, "concluded")
    assert receipt(harness, merged[then])["evaluation"]["result"] == "dissatisfied"
    assert receipt(harness, merged[then])["may"] == ["revision"]
    assert harness.row(merged[1].id)["state"] == "concluded"


def test_after_the_window_nobody_rates_any_more(harness, merged):
    routing = reply(harness, merged[1])
    harness.rate(merged[0].receipt)
    harness.consume(routing.concluded())
    harness.clock.instant = WINDOW + timedelta(seconds=1)
    assert receipt(harness, merged[1])["may"] == []
    with pytest.raises(Conflict, match="was open until"):
        harness.rate(merged[1].receipt)


def test_a_reply_of_another_round_is_rated_anew_by_everybody(harness, merged):
    routing = reply(harness, merged[1])
    harness.rate(merged[0].receipt, "dissatisfied")
    harness.consume(routing.reopened())
    assert [receipt(harness, each)["may"] for each in merged] == [["details"], []]
    harness.consume(routing.replied("这次好了。"))
    assert [receipt(harness, each)["may"] for each in merged] == [["evaluation"]] * 2


def test_an_end_heard_before_its_reply_is_not_rated_yet(harness, merged):
    routing = Routing(merged[1].id, harness.clock.now())
    created, replied, concluded = routing.created(), routing.replied(), routing.concluded()
    harness.consume(created, concluded)
    assert receipt(harness, merged[0])["may"] == []
    with pytest.raises(Conflict, match="not arrived"):
        harness.rate(merged[0].receipt)
    harness.consume(replied)
    assert receipt(harness, merged[0])["may"] == ["evaluation"]
