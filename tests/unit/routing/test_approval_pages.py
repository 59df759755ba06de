"""The head's pages: a draft beside its case, let go out with one press or sent back with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.routing.bureau import REPLY
from tests.unit.routing.test_approval import PLAN

HEAD = "head-of-gas"


@pytest.fixture
def pages(bureau):
    return bureau.pages(HEAD, "zh")


@pytest.fixture
def drafted(bureau):
    """An assignment whose reply waits for the head."""
    assignment = bureau.let_in("o-1", "燃气有异味")["id"]
    assert bureau.ask("http", assignment, "reply", REPLY | {"content": "<b>已修好</b>。"}, "gas") is None
    return assignment


def test_the_head_lets_a_draft_go_out_with_one_press_from_the_case(bureau, pages, drafted):
    part = pages("/fragments/routing/case/o-1").text
    assert "拟答复内容" in part
    assert "&lt;b&gt;已修好&lt;/b&gt;。" in part
    assert f'action="/approvals/{drafted}/approve"' in part
    answer = pages(f"/approvals/{drafted}/approve", form={})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/o-1")
    assert bureau.row(drafted)["state"] == "replied"
    # A second press finds the case as it is.
    assert pages(f"/approvals/{drafted}/approve", form={}).headers["Location"] == "/cases/o-1"
    assert pages(f"/approvals/{drafted}").headers["Location"] == "/cases/o-1"
    assert "/approvals/" not in pages("/fragments/routing/case/o-1").text


def test_a_draft_is_sent_back_with_a_reason_and_a_mistake_is_said_beside_the_field(bureau, pages, drafted):
    for reason in ("", " "):
        wrong = pages(f"/approvals/{drafted}/amend", form={"reason": reason})
        assert (wrong.status_code, 'id="reason-mistake"' in wrong.text) == (422, True)
    long = "长" * 5000
    assert long in pages(f"/approvals/{drafted}/amend", form={"reason": long}).text
    assert bureau.row(drafted)["state"] == "drafted"
    answer = pages(f"/approvals/{drafted}/amend", form={"reason": "请写明日期。"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/o-1")
    assert bureau.said("o-1")[-1].data.reason == "请写明日期。"


def test_what_cannot_go_out_any_more_is_said_and_stays(bureau, pages):
    late = bureau.let_in("o-2", "燃气有异味")["id"]
    bureau.ask("http", late, "reply", PLAN, "gas")
    bureau.clock.instant += timedelta(days=300)
    wrong = pages(f"/approvals/{late}/approve", form={})
    assert (wrong.status_code, "不能照原样发出" in wrong.text) == (422, True)
    assert bureau.row(late)["state"] == "drafted"


@pytest.mark.parametrize(("who", "page", "decides"), [
    (HEAD, 200, True), ("admin", 200, True), ("gas", 403, False), ("supervisor", 403, False), ("head-of-water", 404, False),
])  # fmt: skip
def test_only_the_head_of_the_department_and_administrators_decide(bureau, pages, drafted, who, page, decides):
    assert pages(f"/approvals/{drafted}", who).status_code == page
    assert (f"/approvals/{drafted}" in pages("/fragments/routing/case/o-1", who).text) is decides
    if not decides:
        for verb in ("approve", "amend"):
            assert pages(f"/approvals/{drafted}/{verb}", who, {"reason": "不行。"}).status_code == 403
        assert bureau.row(drafted)["state"] == "drafted"


def test_the_addresses_of_the_forms_lead_back(pages, drafted):
    for verb in ("approve", "amend"):
        assert pages(f"/approvals/{drafted}/{verb}").headers["Location"] == f"/approvals/{drafted}"
