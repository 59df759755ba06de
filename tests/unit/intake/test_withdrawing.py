"""撤回: the submitter takes an opinion back until there is a reply, unless others wait for its answer."""

import pytest

from services.contracts.errors import Conflict
from services.contracts.lifecycle import Move, State, allowed_moves
from services.contracts.messages.opinions import OpinionWithdrawn
from services.intake.handlers import submitter
from services.intake.handlers.merging import merge
from tests.unit.intake.harness import Routing

POSSIBLE = [each for each in State if "withdraw" in allowed_moves(each)]


def receipt(harness, taken):
    return harness.get(f"/receipts/{taken.receipt}").get_json()


def withdraw(harness, taken, body=None, **headers):
    return harness.post(f"/receipts/{taken.receipt}/withdrawal", body or {}, **headers)


@pytest.mark.parametrize("state", POSSIBLE)
def test_until_there_is_a_reply_it_is_taken_back(harness, state):
    taken = harness.submit(topic="rivers")
    harness.set_state(taken.id, state)
    assert "withdrawal" in receipt(harness, taken)["may"]
    answer = withdraw(harness, taken, {"reason": "已经修好了。"})
    assert (answer.status_code, answer.get_json()) == (201, {"state": "withdrawn"})
    let_in = not state.is_in_review
    assert (harness.said()[-1].data, harness.said()[-1].sequence) == (OpinionWithdrawn(let_in, "已经修好了。", "rivers"), 3)
    seen = receipt(harness, taken)
    assert (seen["state"], seen["may"]) == ("withdrawn", [])
    assert (seen["timeline"][-1]["what"], seen["timeline"][-1]["by"]) == ("opinion.withdrawn", "submitter")


@pytest.mark.parametrize("state", [each for each in State if each not in POSSIBLE])
def test_after_that_it_is_not_and_the_refusal_names_what_is_possible(harness, state):
    taken = harness.submit()
    harness.set_state(taken.id, state)
    assert "withdrawal" not in receipt(harness, taken)["may"]
    refused = withdraw(harness, taken)
    assert refused.status_code == 409
    possible = "evaluation" if Move.EVALUATE in allowed_moves(state) else "nothing more"
    for words in ("'withdrawal'", f"'{state}'", f"Possible now with the receipt: {possible}"):
        assert words in refused.get_json()["detail"]
    assert len(harness.said()) == 2


def test_it_is_withdrawn_once_and_the_same_request_twice_is_one(harness):
    taken = harness.submit()
    answers = [withdraw(harness, taken, Idempotency_Key="k" * 22) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert withdraw(harness, taken).status_code == 409
    assert [event.type for event in harness.said()].count("opinion.withdrawn") == 1


def test_a_reason_is_not_asked_for_but_may_not_be_endless(harness):
    taken = harness.submit()
    refused = withdraw(harness, taken, {"reason": "长" * 2_001})
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["reason"])
    assert withdraw(harness, taken).status_code == 201
    assert harness.said()[-1].data.reason is None


def test_a_receipt_of_nobody_withdraws_nothing(harness):
    assert harness.post("/receipts/0000000000000/withdrawal", {}).status_code == 404


def test_a_case_that_others_are_handled_with_is_not_taken_from_them(harness):
    follower, case = harness.submit(), harness.submit()
    harness.do(merge, harness.catalogue, follower.id, case.id)
    assert [receipt(harness, each)["may"] for each in (follower, case)] == [["details"], ["attachments"]]
    refused = withdraw(harness, case)
    assert (refused.status_code, "Other opinions are handled with this one" in refused.get_json()["detail"]) == (409, True)
    assert harness.row(case.id)["state"] == "accepted"


def test_when_its_followers_have_moved_on_there_is_nothing_left_to_withdraw(harness):
    follower, case, last = harness.submit(), harness.submit(), harness.submit()
    harness.do(merge, harness.catalogue, follower.id, case.id)
    harness.do(merge, harness.catalogue, case.id, last.id)
    for each in (follower, case, last):
        with pytest.raises(Conflict):
            harness.do(submitter.withdraw, each.receipt, None)


def test_what_routing_says_late_does_not_bring_it_back(harness):
    taken = harness.submit()
    routing = Routing(taken.id, harness.clock.now())
    created, signed = routing.created(), routing.signed()
    harness.consume(created)
    harness.do(submitter.withdraw, taken.receipt, None)
    harness.consume(signed)
    assert harness.row(taken.id)["state"] == "withdrawn"
