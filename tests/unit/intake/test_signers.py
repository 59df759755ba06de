"""联名: everybody who signs has a receipt of their own, reads the answer and rates it; only the first has a say over the case."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.messages.assignments import AssignmentPaused
from services.contracts.messages.supervision import PromiseKept
from services.contracts.messages.values import Rating
from services.intake.domain.receipt.receipts import rater_of, read_receipt
from services.intake.domain.submission.submission import RELAY_ROLES
from services.intake.handlers.merging import merge
from services.intake.pages.receipt.receipt import FOR_THE_SUBMITTER
from services.intake.schemas.answers import Receipt, Submitted
from tests.saying import chinese
from tests.unit.intake.harness import DUE, WINDOW, Routing
from tests.unit.intake.opinions import FORM

SIGNERS = [{"kind": "citizen", "name": "周一"}, {"kind": "enterprise"}, {"kind": "group", "phone": "0577-62510000"}]
LATER = WINDOW + timedelta(days=30)


def read(harness, receipt):
    answer = harness.get(f"/receipts/{receipt}")
    assert answer.status_code == 200
    assert Receipt().validate(answer.get_json()) == {}
    return answer.get_json()


def rate(harness, receipt, result="satisfied", who=None, **more):
    reason = {"comment": "没有来人。"} if result == "dissatisfied" else {}
    return harness.post(f"/receipts/{receipt}/evaluation", {"result": result} | reason | more, who)


@pytest.fixture
def joint(harness):
    """(receipts of all who signed, the opinion's id)"""
    answer = harness.post("/opinions", FORM | {"cosigners": SIGNERS})
    assert answer.status_code == 201
    assert Submitted().validate(answer.get_json()) == {}
    return [answer.get_json()["receipt"], *answer.get_json()["cosigners"]], answer.get_json()["id"]


def reply(harness, opinion):
    routing = Routing(opinion, harness.clock.now())
    harness.consume(routing.created(), routing.replied())
    harness.clock.instant = routing.now
    return routing


@pytest.mark.slow
def test_each_has_a_receipt_that_shows_the_case_on_the_page_and_to_programs(harness, joint):
    receipts, opinion = joint
    assert len(set(receipts)) == 4
    reply(harness, opinion)
    shown = [read(harness, receipt) for receipt in receipts]
    assert [each["receipt"] for each in shown] == receipts
    for each in shown:
        assert (each["title"], each["state"], each["reply"]["content"], each["department"]) == (
            FORM["title"], "replied", "已修好。", "water",
        )  # fmt: skip
        assert each["may"] == ["evaluation"]
    for receipt in receipts:
        page = harness.client.get(f"/receipts/{read_receipt(receipt)}")
        assert (page.status_code, "已修好。" in page.text, "您满意吗？" in page.text) == (200, True, True)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["withdrawal", "details"])
def test_only_who_submitted_it_withdraws_or_adds(harness, joint, what):
    receipts, opinion = joint
    routing = Routing(opinion, harness.clock.now())
    harness.consume(routing.created(), routing.says(AssignmentPaused("a-1", "water", "哪一段？", DUE)))
    assert what in read(harness, receipts[0])["may"]
    before = harness.row(opinion)
    for receipt in receipts[1:]:
        assert read(harness, receipt)["may"] == []
        answer = harness.post(f"/receipts/{receipt}/{what}", {"content": "桥东。"} if what == "details" else {})
        assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
        own = harness.client.get(f"/receipts/{read_receipt(receipt)}").text
        assert (chinese(FOR_THE_SUBMITTER) in own, f'/{what}"' in own) == (True, False)
        page = harness.client.post(f"/receipts/{read_receipt(receipt)}/{what}", data={"content": "桥东。"})
        assert page.status_code == 403
    assert harness.row(opinion) == before
    answer = harness.post(f"/receipts/{receipts[0]}/{what}", {"content": "桥东。"} if what == "details" else {})
    assert answer.status_code == 201


@pytest.mark.parametrize("rating", [{"result": "dissatisfied"}, {"result": "satisfied", "process": "dissatisfied"}])
@pytest.mark.parametrize("comment", [{}, {"comment": None}, {"comment": ""}, {"comment": " \u200b"}])
def test_who_is_dissatisfied_says_why(harness, joint, rating, comment):
    receipts, opinion = joint
    reply(harness, opinion)
    receipt = receipts[1]
    refused = harness.post(f"/receipts/{receipt}/evaluation", rating | comment)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["comment"])
    assert harness.post(f"/receipts/{receipt}/evaluation", rating | {"comment": "。"}).status_code == 201


def test_each_rates_alone_and_the_messages_tell_them_apart_without_saying_who(harness, joint):
    receipts, opinion = joint
    reply(harness, opinion)
    for receipt, result in zip(receipts, ("satisfied", "dissatisfied", "satisfied", "basically_satisfied"), strict=True):
        assert rate(harness, receipt, result, comment=f"由 {result}").status_code == 201
    said = [event for event in harness.said(opinion) if event.type == "opinion.evaluated"]
    assert [event.data.result for event in said] == ["satisfied", "dissatisfied", "satisfied", "basically_satisfied"]
    assert len({event.data.rater for event in said}) == 4
    assert [event.sequence for event in said] == [3, 4, 5, 6]
    assert [event.data.awaited for event in said] == [3, 2, 1, 0]
    for receipt, event in zip(receipts, said, strict=True):
        plain = read_receipt(receipt)
        assert (event.data.rater, event.data.round, event.data.revision) == (rater_of(plain), 1, False)
        assert plain not in repr(event)
        lines = [line for line in read(harness, receipt)["timeline"] if line["what"] == "opinion.evaluated"]
        assert [line["facts"]["result"] for line in lines] == [event.data.result]
    seen = harness.get(f"/opinions/{opinion}", "water").get_json()
    assert sorted(rated["result"] for rated in seen["evaluations"]) == sorted(event.data.result for event in said)
    assert {"round", "process", "result", "comment", "at", "revision"} == set(seen["evaluations"][0])


@pytest.mark.slow
def test_each_sees_how_many_are_awaited_and_nobody_who(harness, joint):
    receipts, opinion = joint
    assert read(harness, receipts[0])["awaited"] is None
    routing = reply(harness, opinion)
    assert read(harness, receipts[1])["awaited"] == 4
    rate(harness, receipts[0])
    assert [read(harness, each)["awaited"] for each in receipts] == [3, 3, 3, 3]
    assert "另有 3 人可以评价" in harness.client.get(f"/receipts/{read_receipt(receipts[0])}").text
    rate(harness, receipts[0], "basically_satisfied")
    assert harness.said(opinion)[-1].data.awaited == 3
    harness.consume(routing.concluded())
    assert read(harness, receipts[1])["awaited"] is None


def test_a_second_thought_replaces_the_first_and_says_so(harness, joint):
    receipts, opinion = joint
    routing = reply(harness, opinion)
    rate(harness, receipts[1], "satisfied")
    assert rate(harness, receipts[1], "satisfied").status_code == 409
    harness.consume(routing.concluded())
    assert read(harness, receipts[1])["may"] == ["revision"]
    answer = rate(harness, receipts[1], "dissatisfied", comment="又塌了。")
    assert (answer.status_code, answer.get_json()["state"]) == (201, "concluded")
    said = harness.said(opinion)[-1].data
    assert (said.result, said.revision, said.rater) == (
        Rating.DISSATISFIED,
        True,
        rater_of(read_receipt(receipts[1])),
    )
    shown = read(harness, receipts[1])
    assert (shown["evaluation"]["result"], shown["may"]) == ("dissatisfied", [])
    assert rate(harness, receipts[1], "satisfied").status_code == 409
    assert read(harness, receipts[0])["may"] == ["evaluation"]


@pytest.mark.parametrize("who", ["reviewer", "supervisor", "admin", "water", "roads", "scraper"])
def test_nobody_with_a_token_rates_anything(harness, joint, who):
    receipts, opinion = joint
    reply(harness, opinion)
    assert rate(harness, receipts[0], who=who).status_code == 403
    assert read(harness, receipts[0])["evaluation"] is None
    assert rate(harness, receipts[0]).status_code == 201


@pytest.mark.parametrize("heard_first", ["reply", "promise"])
def test_a_promise_that_was_kept_asks_everybody_again_in_a_new_window(harness, joint, heard_first):
    receipts, opinion = joint
    routing = Routing(opinion, harness.clock.now())
    created, replied = routing.created(), routing.replied()
    kept = routing.says(PromiseKept("a-1", "water", "p-1", "修好", "验收单。", DUE, True, LATER))
    if heard_first == "reply":
        harness.consume(created, replied)
        harness.clock.instant = routing.now
        rate(harness, receipts[0], "dissatisfied")
        harness.consume(kept)
    else:
        harness.consume(created, kept, replied)
    assert read(harness, receipts[0])["reply"]["evaluate_by"] == LATER.isoformat()
    harness.clock.instant = LATER
    for receipt in receipts[:2]:
        assert "evaluation" in read(harness, receipt)["may"]
        assert rate(harness, receipt, "dissatisfied").status_code == 201
        assert read(harness, receipt)["may"] == []
        assert rate(harness, receipt, "satisfied").status_code == 409
    again = [event.data.revision for event in harness.said(opinion) if event.type == "opinion.evaluated"]
    assert again == ([False, True, False] if heard_first == "reply" else [False, False])
    harness.clock.instant = LATER + timedelta(seconds=1)
    assert rate(harness, receipts[2]).status_code == 409


@pytest.mark.slow
def test_a_reply_of_the_next_round_is_rated_anew_by_each(harness, joint):
    receipts, opinion = joint
    routing = reply(harness, opinion)
    for receipt in receipts:
        rate(harness, receipt, "dissatisfied")
    harness.consume(routing.reopened())
    assert {tuple(read(harness, receipt)["may"]) for receipt in receipts} == {()}
    harness.consume(routing.replied("这次好了。"))
    for receipt in receipts:
        assert read(harness, receipt)["evaluation"] is None
        assert rate(harness, receipt).status_code == 201
    rounds = [(event.data.round, event.data.revision) for event in harness.said(opinion) if event.type == "opinion.evaluated"]
    assert rounds == [(1, False)] * 4 + [(2, False)] * 4


def test_whoever_signed_what_was_merged_gets_the_answer_and_rates_too(harness, joint):
    receipts, opinion = joint
    case = harness.submit()
    harness.do(merge, harness.catalogue, opinion, case.id)
    reply(harness, case.id)
    for receipt in receipts:
        shown = read(harness, receipt)
        assert (shown["state"], shown["reply"]["content"], shown["may"]) == ("merged", "已修好。", ["evaluation"])
        assert [line["what"] for line in shown["timeline"]][-2:] == ["assignment.created", "assignment.replied"]
        assert rate(harness, receipt).status_code == 201
    assert len([event for event in harness.said(case.id) if event.type == "opinion.evaluated"]) == 4


def test_the_same_submission_gets_the_same_receipts_again(harness):
    body = FORM | {"cosigners": SIGNERS, "external_id": "x-1"}
    first, again = harness.post("/opinions", body, "admin"), harness.post("/opinions", body, "admin")
    assert (first.status_code, again.status_code, again.get_json()) == (201, 200, first.get_json())
    line = harness.batch(b'{"title": "t", "content": "c", "cosigners": [{"kind": "citizen"}]}\n', "application/x-ndjson")[0]
    assert (line["status"], len(line["cosigners"])) == ("created", 1)
    assert "cosigners" not in harness.post("/opinions", FORM).get_json()


@pytest.mark.parametrize(
    "cosigners", [[{}], [{"kind": "ghost"}], [{"kind": "citizen", "phone": "abc"}], [{"kind": "citizen"}] * 201, "somebody"]
)
def test_a_co_signer_that_cannot_be_is_named(harness, cosigners):
    answer = harness.post("/opinions", FORM | {"cosigners": cosigners})
    assert answer.status_code == 422
    assert all(field.startswith("cosigners") for field in answer.get_json()["errors"])


@pytest.mark.parametrize(
    "relay", [[{"role": "king", "name": "甲"}], [{"name": "甲"}], [{"role": "deputy"}], [7], [""], ["长" * 121]]
)
def test_a_step_of_the_relay_chain_that_cannot_be_is_named(harness, relay):
    answer = harness.post("/opinions", FORM | {"relay": relay})
    assert answer.status_code == 422
    assert all(field.startswith("relay") for field in answer.get_json()["errors"])


def test_the_relay_chain_and_the_responsible_deputy_are_kept_as_given(harness):
    relay = ["网格员老周", *({"role": role, "name": "某人"} for role in RELAY_ROLES)]
    opinion = harness.post(
        "/opinions", FORM | {"relay": relay, "deputy": "代表甲", "area": "town", "station": "central"}, "admin"
    ).get_json()["id"]
    seen = harness.get(f"/opinions/{opinion}", "reviewer").get_json()
    assert (seen["relay"], seen["deputy"], seen["area"], seen["station"]) == (relay, "代表甲", "town", "central")


def test_two_hundred_may_sign(harness):
    answer = harness.post("/opinions", FORM | {"cosigners": [{"kind": "citizen"}] * 200})
    assert len(set(answer.get_json()["cosigners"])) == 200
