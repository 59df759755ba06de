"""并案: several opinions, one answer, and everybody's own say about it."""

from datetime import timedelta

import pytest

from services.contracts.errors import Conflict, Invalid
from services.contracts.lifecycle import State, allowed_moves
from services.contracts.messages.merging import OpinionJoined, OpinionParted, OpinionUnmerged
from services.contracts.messages.opinions import OpinionMerged
from services.contracts.messages.values import OpinionText
from services.intake import handlers
from tests.unit.intake.desk import WINDOW, Routing

#: A case in one of these takes no more words of those who were merged into it.
ANSWERED = {state for state in State if "merge" not in allowed_moves(state)} - {State.REOPENED}


@pytest.fixture
def merged(desk):
    """(the opinion that was merged, the one that it is handled with)"""
    follower, case = desk.submit(), desk.submit(topic="rivers")
    desk.do(handlers.merge, desk.catalogue, follower.id, case.id)
    return follower, case


def reply(desk, case):
    """The case is answered; returns what routing can say next."""
    routing = Routing(case.id, desk.clock.now())
    desk.hear(routing.created(), routing.signed(), routing.replied())
    desk.clock.instant = routing.now + timedelta(hours=1)
    return routing


def receipt(desk, taken):
    return desk.get(f"/receipts/{taken.receipt}").get_json()


def test_merging_is_said_and_told(desk, merged):
    follower, case = merged
    (merged, joined) = desk.said()[-2:]
    assert (merged.data, merged.subject, merged.sequence) == (OpinionMerged(case.id, True, None), follower.id, 3)
    row = desk.row(follower.id)
    text = OpinionText(follower.id, row["title"], row["content"])
    assert (joined.data, joined.subject, joined.sequence) == (OpinionJoined(text, "rivers"), case.id, 3)
    joined_line = desk.timeline(case.id)[-1]
    assert (joined_line["what"], joined_line["by"], joined_line["facts"]) == ("opinion.joined", "office", {"opinion": follower.id})
    assert (desk.row(follower.id)["state"], desk.row(follower.id)["merged_into"]) == ("merged", case.id)
    last = desk.timeline(follower.id)[-1]
    assert (last["what"], last["by"]) == ("opinion.merged", "office")


def test_what_had_not_been_let_in_is_merged_without_an_assignment_to_end(desk):
    waiting, case = desk.submit(channel="campaign"), desk.submit()
    answer = desk.post(f"/opinions/{waiting.id}/merge", {"into": case.id}, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": waiting.id, "state": "merged", "into": case.id})
    assert desk.said(waiting.id)[-1].data.accepted is False


@pytest.mark.parametrize("state", [each for each in State if not each.is_with_routing])
def test_a_target_that_nobody_handles_is_refused_by_its_field(desk, state):
    opinion, target = desk.submit(), desk.submit()
    desk.set_state(target.id, state)
    refused = desk.post(f"/opinions/{opinion.id}/merge", {"into": target.id}, "reviewer")
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["into"])
    assert state in refused.get_json()["errors"]["into"][0]
    assert (desk.row(opinion.id)["state"], desk.row(opinion.id)["merged_into"]) == ("accepted", None)


@pytest.mark.parametrize("state", [each for each in State if each.is_with_routing])
def test_whatever_has_been_let_in_can_carry_another(desk, state):
    opinion, target = desk.submit(), desk.submit()
    desk.set_state(target.id, state)
    assert desk.do(handlers.merge, desk.catalogue, opinion.id, target.id) == (State.MERGED, target.id)


def test_nothing_is_merged_into_itself_or_into_nothing(desk):
    opinion = desk.submit()
    for into in (opinion.id, "nothing"):
        with pytest.raises(Invalid) as refused:
            desk.do(handlers.merge, desk.catalogue, opinion.id, into)
        assert list(refused.value.errors) == ["into"]
    assert desk.post("/opinions/nothing/merge", {"into": opinion.id}, "reviewer").status_code == 404


@pytest.mark.parametrize("state", [each for each in State if "merge" not in allowed_moves(each)])
def test_what_has_an_answer_or_an_end_is_not_merged(desk, state):
    opinion, case = desk.submit(), desk.submit()
    desk.set_state(opinion.id, state)
    refused = desk.post(f"/opinions/{opinion.id}/merge", {"into": case.id}, "reviewer")
    assert refused.status_code == 409
    for words in ("'merge'", f"'{state}'", *(allowed_moves(state) or ("closed",))):
        assert words in refused.get_json()["detail"]


def test_whoever_followed_goes_along_when_their_case_is_merged(desk, merged):
    follower, case = merged
    second, bystander, last = desk.submit(), desk.submit(), desk.submit()
    desk.do(handlers.merge, desk.catalogue, second.id, case.id)
    desk.do(handlers.merge, desk.catalogue, case.id, last.id)
    assert [desk.row(each.id)["merged_into"] for each in (follower, second, case, bystander, last)] == [
        last.id, last.id, last.id, None, None,
    ]  # fmt: skip
    reply(desk, last)
    for each in (follower, second, case, last):
        seen = receipt(desk, each)
        assert (seen["reply"]["content"], seen["department"], seen["may"]) == ("已修好。", "water", ["evaluation"])


def test_a_refused_merger_moves_nobody(desk, merged):
    follower, case = merged
    waiting = desk.submit(channel="campaign")
    with pytest.raises(Invalid):
        desk.do(handlers.merge, desk.catalogue, case.id, waiting.id)
    assert desk.row(follower.id)["merged_into"] == case.id


def test_two_cases_are_not_merged_into_each_other(desk, merged):
    follower, case = merged
    with pytest.raises(Invalid) as refused:
        desk.do(handlers.merge, desk.catalogue, case.id, follower.id)
    assert "handled with it already" in refused.value.errors["into"][0]


def test_a_target_that_was_merged_stands_for_its_own(desk, merged):
    follower, case = merged
    third = desk.submit()
    answer = desk.post(f"/opinions/{third.id}/merge", {"into": follower.id}, "reviewer")
    assert (answer.status_code, answer.get_json()["into"]) == (200, case.id)
    assert desk.row(third.id)["merged_into"] == case.id


def test_the_file_of_the_case_has_the_words_of_all_that_are_handled_with_it(desk, merged):
    follower, case = merged
    file = desk.get(f"/opinions/{case.id}", "reviewer").get_json()
    assert [(each["id"], each["content"]) for each in file["merged"]] == [(follower.id, desk.row(follower.id)["content"])]


def test_nobody_reads_another_s_words_on_a_receipt(desk):
    secret = desk.submit(content="只有我知道的事。", title="我家的事")
    second, case = desk.submit(), desk.submit(topic="rivers")
    for each in (secret, second):
        desk.do(handlers.merge, desk.catalogue, each.id, case.id)
    desk.do(handlers.add_details, secret.receipt, "后来的事。")
    for each in (second, case):
        shown = desk.get(f"/receipts/{each.receipt}").text
        assert not [words for words in ("只有我知道的事", "我家的事", "后来的事") if words in shown]


@pytest.mark.parametrize("state", State)
def test_whoever_was_merged_tells_the_case_more_until_it_is_answered(desk, merged, state):
    follower, case = merged
    desk.set_state(case.id, state)
    answer = desk.post(f"/receipts/{follower.receipt}/details", {"content": "又塌了。"})
    assert ("details" in receipt(desk, follower)["may"]) is (answer.status_code == 201)
    if state in ANSWERED:
        assert (answer.status_code, str(state) in answer.get_json()["detail"]) == (409, True)
        return
    assert answer.status_code == 201
    told = desk.said()[-1]
    assert (told.subject, told.data.content, told.data.merged) == (case.id, "又塌了。", follower.id)
    assert told.sequence == desk.row(case.id)["said"] == 4
    assert desk.row(follower.id)["content"].endswith("【补充】又塌了。")
    assert receipt(desk, follower)["timeline"][-1]["facts"]["content"] == "又塌了。"


def test_an_unmerged_opinion_waits_for_its_reviewer_and_no_longer_gets_the_other_s_answer(desk, merged):
    follower, case = merged
    reply(desk, case)
    answer = desk.post(f"/opinions/{follower.id}/unmerge", None, "reviewer")
    assert (answer.status_code, answer.get_json()) == (200, {"id": follower.id, "state": "submitted"})
    (unmerged, parted) = desk.said()[-2:]
    assert (unmerged.subject, unmerged.data, unmerged.sequence) == (follower.id, OpinionUnmerged(case.id), 4)
    assert (parted.subject, parted.data, parted.sequence) == (case.id, OpinionParted(follower.id, "rivers"), 4)
    assert (receipt(desk, follower)["reply"], receipt(desk, follower)["state"]) == (None, "submitted")
    assert desk.get(f"/opinions/{case.id}", "reviewer").get_json()["merged"] == []
    desk.post(f"/opinions/{follower.id}/accept", {}, "reviewer")
    assert desk.said()[-1].data.again is True
    refused = desk.post(f"/opinions/{follower.id}/unmerge", None, "reviewer")
    assert (refused.status_code, "'unmerge'" in refused.get_json()["detail"]) == (409, True)


def test_what_had_never_been_let_in_is_not_let_in_again(desk):
    waiting, case = desk.submit(channel="campaign"), desk.submit()
    desk.do(handlers.merge, desk.catalogue, waiting.id, case.id)
    desk.do(handlers.unmerge, waiting.id)
    desk.post(f"/opinions/{waiting.id}/accept", {}, "reviewer")
    assert desk.said()[-1].data.again is False


def test_routing_s_late_word_does_not_take_an_unmerged_opinion_out_of_the_review(desk, merged):
    follower, _ = merged
    desk.do(handlers.unmerge, follower.id)
    routing = Routing(follower.id, desk.clock.now())
    desk.hear(routing.created(), routing.signed())
    assert desk.row(follower.id)["state"] == "submitted"


def test_what_was_merged_stays_so_whatever_routing_says_late(desk, merged):
    follower, _ = merged
    routing = Routing(follower.id, desk.clock.now())
    desk.hear(routing.created(), routing.signed())
    assert desk.row(follower.id)["state"] == "merged"


def test_each_submitter_rates_the_one_reply_on_their_own(desk, merged):
    follower, case = merged
    reply(desk, case)
    desk.rate(follower.receipt, "satisfied")
    assert [receipt(desk, each)["may"] for each in merged] == [["revision"], ["evaluation"]]
    assert [bool(receipt(desk, each)["evaluation"]) for each in merged] == [True, False]
    desk.rate(case.receipt, "basically_satisfied")
    rated = [event for event in desk.said(case.id) if event.type == "opinion.evaluated"]
    assert [(event.data.assignment, event.data.result, event.sequence) for event in rated] == [
        ("a-1", "satisfied", 4), ("a-1", "basically_satisfied", 5),
    ]  # fmt: skip


@pytest.mark.parametrize(("first", "then"), [(0, 1), (1, 0)])
def test_who_has_not_rated_may_after_the_case_was_concluded_while_the_window_is_open(desk, merged, first, then):
    routing = reply(desk, merged[1])
    desk.rate(merged[first].receipt)
    desk.hear(routing.concluded())
    assert receipt(desk, merged[first])["may"] == ["revision"]
    assert receipt(desk, merged[then])["may"] == ["evaluation"]
    desk.clock.instant = WINDOW
    answer = desk.post(f"/receipts/{merged[then].receipt}/evaluation", {"result": "dissatisfied", "comment": "没有来人。"})
    assert (answer.status_code, answer.get_json()) == (201, {"state": "concluded"})
    assert receipt(desk, merged[then])["evaluation"]["result"] == "dissatisfied"
    assert receipt(desk, merged[then])["may"] == ["revision"]
    assert desk.row(merged[1].id)["state"] == "concluded"


def test_after_the_window_nobody_rates_any_more(desk, merged):
    routing = reply(desk, merged[1])
    desk.rate(merged[0].receipt)
    desk.hear(routing.concluded())
    desk.clock.instant = WINDOW + timedelta(seconds=1)
    assert receipt(desk, merged[1])["may"] == []
    with pytest.raises(Conflict, match="was open until"):
        desk.rate(merged[1].receipt)


def test_a_reply_of_another_round_is_rated_anew_by_everybody(desk, merged):
    routing = reply(desk, merged[1])
    desk.rate(merged[0].receipt, "dissatisfied")
    desk.hear(routing.reopened())
    assert [receipt(desk, each)["may"] for each in merged] == [["details"], []]
    desk.hear(routing.replied("这次好了。"))
    assert [receipt(desk, each)["may"] for each in merged] == [["evaluation"]] * 2


def test_an_end_heard_before_its_reply_is_not_rated_yet(desk, merged):
    routing = Routing(merged[1].id, desk.clock.now())
    created, replied, concluded = routing.created(), routing.replied(), routing.concluded()
    desk.hear(created, concluded)
    assert receipt(desk, merged[0])["may"] == []
    with pytest.raises(Conflict, match="not arrived"):
        desk.rate(merged[0].receipt)
    desk.hear(replied)
    assert receipt(desk, merged[0])["may"] == ["evaluation"]
