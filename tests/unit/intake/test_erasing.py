"""Personal data goes away for good when it is to go: by erasure, by age; and it stays readable when the key is exchanged."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from services.contracts.errors import Conflict
from services.contracts.messages.supervision import LetterCancelled
from services.intake.domain.erasing import ERASED, ERASED_CONTENT, ERASED_TITLE
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.domain.reviewing import Terms
from services.intake.handlers.merging import merge
from services.intake.handlers.reviewing import accept, decline
from services.intake.store.tables import signers
from tests.unit.intake.harness import DUE, Routing
from tests.unit.intake.opinions import FORM
from tests.unit.intake.personal_data import in_files, in_the_clear, persons
from tests.unit.intake.whole_case import MARKERS, SECRETS, answer, live_through, open_case

OTHER_KEY = "another-key-for-tests-as-long-as-a-key-has-to-be"


def erase(harness, path, **body):
    answer = harness.post(f"{path}/erasure", body, "admin")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def told(harness, case):
    return [line for line in harness.timeline(case.id) if line["what"] == ERASED]


def test_who_told_a_case_is_gone_for_good_and_what_it_says_stays(harness):
    case = open_case(harness, **MARKERS)
    before = harness.row(case.id)
    assert erase(harness, f"/opinions/{case.id}") == {"id": case.id, "persons": 3, "content": False}
    nobody = [{"kind": "citizen"}, {"kind": "enterprise"}]
    assert persons(harness, case.id) == {"submitter": None, "relay": None, "deputy": None, "cosigners": nobody}
    assert {**harness.row(case.id), "personal": before["personal"]} == before
    assert in_files(harness, before["personal"], *SECRETS) == []
    with harness.database.reading() as connection:
        assert connection.execute(sa.select(signers.c.personal).distinct()).scalars().all() == [None]
    assert before["title"] in harness.client.get(f"/receipts/{case.receipts[0]}").text


@pytest.mark.parametrize("by", ["opinion", "submitter", "cosigner"])
def test_a_remembered_answer_goes_with_who_told_the_case(harness, by):
    form, key = FORM | {"submitter": {"kind": "citizen", "name": "甲"}, "cosigners": [{"kind": "citizen", "name": "乙"}]}, "k" * 22
    other = harness.post("/opinions", FORM, Idempotency_Key="other" * 5).get_json()
    told = harness.post("/opinions", form, Idempotency_Key=key).get_json()
    receipts = {"submitter": told["receipt"], "cosigner": told.get("cosigners", [None])[0]}
    erase(harness, f"/opinions/{told['id']}" if by == "opinion" else f"/receipts/{receipts[by]}")
    assert harness.post("/opinions", form, Idempotency_Key=key).get_json()["id"] != told["id"]
    assert harness.post("/opinions", FORM, Idempotency_Key="other" * 5).get_json() == other


def test_a_second_erasure_finds_nothing_and_says_nothing(harness):
    case = open_case(harness, **MARKERS)
    erase(harness, f"/opinions/{case.id}")
    said = len(harness.outbox())
    assert erase(harness, f"/opinions/{case.id}") == {"id": case.id, "persons": 0, "content": False}
    assert erase(harness, f"/receipts/{case.receipts[0]}")["persons"] == 0
    (line,) = told(harness, case)
    assert (line["by"], line["facts"], line["audience"]) == ("office", {"erased": "persons"}, None)
    assert len(harness.outbox()) == said
    assert "删除个人信息" in harness.client.get(f"/receipts/{case.receipts[1]}").text


def test_nothing_is_erased_of_a_case_of_which_nobody_is_known(harness):
    taken = harness.submit()
    assert erase(harness, f"/opinions/{taken.id}") == {"id": taken.id, "persons": 0, "content": False}
    assert [line["what"] for line in harness.timeline(taken.id)] == ["opinion.submitted", "opinion.accepted"]


def test_a_co_signer_leaves_alone(harness):
    case = open_case(harness, **MARKERS)
    assert erase(harness, f"/receipts/{show_receipt(case.receipts[1])}")["persons"] == 1
    left = persons(harness, case.id)
    assert left["submitter"] == MARKERS["submitter"]
    assert left["cosigners"] == [{"kind": "citizen"}, MARKERS["cosigners"][1]]
    assert [line["audience"] for line in told(harness, case)] == [case.receipts[1]]
    answer = harness.post(f"/receipts/{case.receipts[2]}/erasure", {"content": True}, "admin")
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["content"])
    assert harness.row(case.id)["title"] == FORM["title"]


@pytest.mark.slow
def test_what_was_written_goes_too_when_that_is_asked_for(harness):
    case = open_case(harness, **MARKERS)
    live_through(harness, case)
    details, words = "东街桥。", ("意见 0。", "意见 1。")
    assert in_files(harness, FORM["content"]) == [FORM["content"]]
    assert erase(harness, f"/opinions/{case.id}", content=True) == {"id": case.id, "persons": 3, "content": True}
    row = harness.row(case.id)
    assert (row["title"], row["content"]) == (ERASED_TITLE, ERASED_CONTENT)
    for who in ("admin", "roads"):
        # What was merged into it is somebody else's.
        text = str(harness.get(f"/opinions/{case.id}", who).get_json() | {"merged": []})
        assert not any(said in text for said in (details, FORM["title"], *words))
    assert [rating["result"] for rating in harness.get(f"/opinions/{case.id}", "admin").get_json()["evaluations"]]
    assert erase(harness, f"/opinions/{case.id}", content=True) == {"id": case.id, "persons": 0, "content": False}


def test_words_can_be_erased_after_the_person(harness):
    case = open_case(harness, **MARKERS)
    erase(harness, f"/opinions/{case.id}")
    assert erase(harness, f"/opinions/{case.id}", content=True) == {"id": case.id, "persons": 0, "content": True}
    assert [line["facts"]["erased"] for line in told(harness, case)] == ["persons", "content"]


def test_nobody_is_written_to_any_more_and_letters_on_their_way_are_called_back(harness):
    case = open_case(harness, **MARKERS)
    erase(harness, f"/opinions/{case.id}")
    before = len(harness.letters())
    harness.consume(case.routing.says(answer()))
    # Who was merged into the case is still there.
    assert [letter.phone for letter in harness.letters()[before:]] == ["13700000003"]
    (cancelled,) = [event.data for event in harness.private() if isinstance(event.data, LetterCancelled)]
    assert set(cancelled.receipts) == {show_receipt(receipt) for receipt in case.receipts}


def test_what_everybody_hears_does_not_tell_that_somebody_was_erased(harness):
    case = open_case(harness, **MARKERS)
    before = [(event.type, event.sequence) for event in harness.said(case.id)]
    erase(harness, f"/opinions/{case.id}", content=True)
    assert [(event.type, event.sequence) for event in harness.said(case.id)] == before


@pytest.mark.parametrize("path", ["/opinions/nothing", "/receipts/nothing", "/receipts/0000000000001A"])
def test_what_is_not_there_cannot_be_erased(harness, path):
    assert harness.post(f"{path}/erasure", {}, "admin").status_code == 404


def concluded(harness, **fields):
    taken = harness.submit(**fields)
    routing = Routing(taken.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied(), routing.concluded())
    return taken.id


def retain(harness, days, **body):
    answer = harness.post("/retention", {"days": days, **body}, "admin")
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.mark.slow
def test_only_cases_that_ended_so_long_ago_are_let_go_of(harness):
    phone = {"kind": "citizen", "phone": "13700000009"}
    old, open_, nobody = concluded(harness, submitter=phone), harness.submit(submitter=phone).id, concluded(harness)
    signed = concluded(harness, cosigners=[phone])
    waits = harness.submit(submitter=phone, channel="campaign").id
    harness.do(decline, harness.catalogue, waits, next(iter(harness.catalogue.decline_reasons)))
    harness.clock.instant += timedelta(days=100)
    young = concluded(harness, submitter=phone)
    assert retain(harness, 50) == {"cases": 3, "persons": 0, "next": None}
    assert persons(harness, old)["submitter"] == phone
    assert retain(harness, 50, erase=True) == {"cases": 3, "persons": 3, "next": None}
    assert [persons(harness, each)["submitter"] for each in (old, waits, open_, young, nobody)] == [None, None, phone, phone, None]
    assert persons(harness, signed)["cosigners"] == [{"kind": "citizen"}]
    assert retain(harness, 50, erase=True) == {"cases": 0, "persons": 0, "next": None}


def test_who_was_merged_into_a_case_is_kept_as_long_as_the_case_lasts(harness):
    phone = {"kind": "citizen", "phone": "13700000009"}
    case, follower = harness.submit(channel="campaign"), harness.submit(submitter=phone)
    harness.do(accept, harness.catalogue, case.id, Terms())
    harness.do(merge, harness.catalogue, follower.id, case.id)
    harness.clock.instant += timedelta(days=100)
    assert retain(harness, 50)["cases"] == 0
    routing = Routing(case.id, harness.clock.now())
    harness.consume(routing.created(), routing.replied(), routing.concluded())
    assert retain(harness, 50)["cases"] == 0
    harness.clock.instant += timedelta(days=100)
    assert retain(harness, 50, erase=True) == {"cases": 1, "persons": 1, "next": None}
    assert persons(harness, follower.id)["submitter"] is None


@pytest.mark.slow
def test_old_cases_are_let_go_of_some_at_a_time(harness):
    ids = [concluded(harness, submitter={"kind": "citizen", "phone": "13700000009"}) for _ in range(5)]
    harness.clock.instant += timedelta(days=10)
    seen, after = [], None
    while True:
        found = retain(harness, 1, erase=True, limit=2, after=after)
        seen.append((found["cases"], found["persons"]))
        after = found["next"]
        if after is None:
            break
    assert seen == [(2, 2), (2, 2), (1, 1)]
    assert all(persons(harness, each)["submitter"] is None for each in ids)


def test_what_is_in_the_clear_can_be_erased_and_is_old_as_well(harness):
    taken = in_the_clear(harness, 2)
    assert erase(harness, f"/opinions/{taken[0].id}")["persons"] == 2
    assert in_files(harness, "标记甲0", "标记乙") == []
    assert in_files(harness, "标记甲1") != []
    harness.set_state(taken[1].id, "concluded")
    harness.clock.instant += timedelta(days=10)
    assert retain(harness, 5, erase=True) == {"cases": 1, "persons": 1, "next": None}


def test_an_erased_case_goes_on(harness):
    case = open_case(harness, **MARKERS)
    erase(harness, f"/opinions/{case.id}", content=True)
    harness.consume(case.routing.says(answer()))
    harness.rate(case.receipts[0])
    with pytest.raises(Conflict):
        harness.rate(case.receipts[0])
    assert harness.row(case.id)["evaluate_by"] > DUE
