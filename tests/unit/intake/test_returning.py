"""Asking back: a reviewer before the case is let in, a department while it handles it; the holder of the receipt answers."""

import re

import pytest

from services.contracts.errors import Conflict, Invalid, NotFound
from services.contracts.lifecycle import State, allowed_moves
from services.contracts.messages.assignments import AssignmentPaused, AssignmentResumed
from services.contracts.messages.opinions import OpinionDetailed, OpinionReturned
from services.intake.domain.reviewing import Terms
from services.intake.domain.submission.submission import LONGEST_CONTENT
from services.intake.handlers.reviewing import accept, return_
from services.intake.handlers.submitter import add_details
from tests.unit.intake.harness import DUE, TOWN, Routing
from tests.unit.intake.opinions import FORM

OF_SUBMITTERS = {"details", "withdrawal", "evaluation"}


@pytest.fixture
def returned(harness):
    """An opinion whose submitter has been asked for more."""
    taken = harness.submit(channel="campaign", topic="rivers")
    assert harness.do(return_, taken.id, "是哪座桥？") == State.RETURNED
    return taken


def pause(harness, taken):
    """Routing says that the department waits for the submitter; returns what routing can say next."""
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.says(AssignmentPaused("a-1", "water", "请说明是哪一段。", DUE)))
    harness.clock.instant = routing.now
    return routing


def receipt(harness, taken):
    return harness.get(f"/receipts/{taken.receipt}").get_json()


def test_the_question_is_said_and_stands_on_the_receipt(harness, returned):
    assert (harness.said()[-1].data, harness.said()[-1].sequence) == (OpinionReturned("是哪座桥？", "rivers"), 2)
    seen = receipt(harness, returned)
    assert (seen["state"], seen["may"]) == ("returned", ["withdrawal", "details", "attachments"])
    last = seen["timeline"][-1]
    assert (last["what"], last["by"], last["facts"]) == ("opinion.returned", "office", {"question": "是哪座桥？"})


def test_what_is_added_brings_it_back_to_the_reviewer_and_into_the_text(harness, returned):
    answer = harness.post(f"/receipts/{returned.receipt}/details", {"content": "东街桥。"})
    assert (answer.status_code, answer.get_json()) == (201, {"state": "submitted"})
    assert (harness.said()[-1].data, harness.said()[-1].sequence) == (OpinionDetailed("东街桥。", "rivers"), 3)
    assert harness.row(returned.id)["content"] == f"{FORM['content']}\n\n【补充】东街桥。"
    last = harness.timeline(returned.id)[-1]
    assert (last["what"], last["by"], last["facts"]) == ("opinion.detailed", "submitter", {"content": "东街桥。"})
    harness.do(accept, TOWN, returned.id, Terms())
    assert harness.said()[-1].data.opinion.content.endswith("【补充】东街桥。")
    assert [event.sequence for event in harness.said(returned.id)] == [1, 2, 3, 4]


def test_a_reviewer_may_ask_again(harness, returned):
    for number in range(2):
        harness.do(add_details, returned.receipt, f"补充 {number}。")
        harness.do(return_, returned.id, "还差什么？")
    assert harness.row(returned.id)["content"] == f"{FORM['content']}\n\n【补充】补充 0。\n\n【补充】补充 1。"
    assert [event.sequence for event in harness.said(returned.id)] == list(range(1, 7))


@pytest.mark.parametrize("state", [each for each in State if "return" not in allowed_moves(each)])
def test_only_what_waits_for_review_is_returned(harness, returned, state):
    harness.set_state(returned.id, state)
    refused = harness.post(f"/opinions/{returned.id}/return", {"question": "？"}, "reviewer")
    assert refused.status_code == 409
    for words in ("'return'", f"'{state}'", *(allowed_moves(state) or ("closed",))):
        assert words in refused.get_json()["detail"]


@pytest.mark.parametrize("body", [{}, {"question": ""}, {"question": "长" * 2_001}, {"question": "？", "to": "me"}])
def test_a_reviewer_says_what_is_needed(harness, body):
    taken = harness.submit(channel="campaign")
    assert harness.post(f"/opinions/{taken.id}/return", body, "reviewer").status_code == 422
    assert harness.post("/opinions/nothing/return", {"question": "？"}, "reviewer").status_code == 404
    assert harness.row(taken.id)["state"] == "submitted"


def test_a_department_that_waits_is_told_and_the_state_stays_until_it_goes_on(harness):
    taken = harness.submit()
    routing = pause(harness, taken)
    assert (receipt(harness, taken)["state"], "details" in receipt(harness, taken)["may"]) == ("paused", True)
    assert harness.timeline(taken.id)[-1]["facts"] == {
        "department": "water", "reason": "请说明是哪一段。", "until": DUE.isoformat(),
    }  # fmt: skip
    assert harness.do(add_details, taken.receipt, "桥东二十米。") == State.PAUSED
    assert harness.said(taken.id)[-1].data == OpinionDetailed("桥东二十米。", None)
    harness.consume(routing.says(AssignmentResumed("a-1", "water", {"reply": DUE}, "桥东二十米。")))
    seen = receipt(harness, taken)
    assert (seen["state"], seen["may"]) == ("signed", ["withdrawal", "attachments"])
    assert [moment["what"] for moment in seen["timeline"][-3:]] == [
        "assignment.paused", "opinion.detailed", "assignment.resumed",
    ]  # fmt: skip


@pytest.mark.parametrize("state", [each for each in State if not each.asks_submitter])
def test_nothing_is_added_that_nobody_asked_for(harness, returned, state):
    harness.set_state(returned.id, state)
    before = harness.said()
    with pytest.raises(Conflict, match=f"'details' is not possible while the opinion is '{state}'") as refused:
        harness.do(add_details, returned.receipt, "。")
    possible = re.search(r"Possible now with the receipt: (.*)\.$", refused.value.detail)[1]
    assert possible == "nothing more. For something new, submit another opinion" or set(possible.split(", ")) <= OF_SUBMITTERS
    assert harness.said() == before
    with pytest.raises(NotFound):
        harness.do(add_details, "0" * 14, "。")


def test_the_whole_text_stays_within_what_a_text_may_be(harness, returned):
    room = LONGEST_CONTENT - len(FORM["content"]) - len("\n\n【补充】")
    with pytest.raises(Invalid) as refused:
        harness.do(add_details, returned.receipt, "长" * (room + 1))
    assert list(refused.value.errors) == ["content"]
    assert harness.row(returned.id)["state"] == State.RETURNED
    harness.do(add_details, returned.receipt, "长" * room)
    assert len(harness.row(returned.id)["content"]) == LONGEST_CONTENT


def test_the_same_details_sent_twice_with_one_key_are_added_once(harness, returned):
    answers = [
        harness.post(f"/receipts/{returned.receipt}/details", {"content": "东街桥。"}, Idempotency_Key="k" * 22) for _ in range(2)
    ]
    assert [(answer.status_code, answer.get_json()) for answer in answers] == [(201, {"state": "submitted"})] * 2
    assert harness.row(returned.id)["content"].count("东街桥。") == 1
