"""The head's pages: a draft beside its case, let go out with one press or sent back with a reason."""

from __future__ import annotations

import re
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
    # Another press later finds no draft, and is told.
    again = pages(f"/approvals/{drafted}/approve", form={})
    assert (again.status_code, "这里已没有待审签的拟答复" in again.text) == (409, True)
    assert pages(f"/approvals/{drafted}").headers["Location"] == "/cases/o-1"
    assert "/approvals/" not in pages("/fragments/routing/case/o-1").text


@pytest.mark.parametrize("where", ["/approvals/{}", "/desk/{}"])
def test_beside_a_draft_are_the_photos_that_would_go_out_with_it(pages, drafted, where):
    assert 'href="/cases/o-1#answer-photos"' in pages(where.format(drafted)).text


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
    # No draft is left: what cannot be sent is shown all the same.
    late = pages(f"/approvals/{drafted}/amend", form={"reason": long})
    assert (late.status_code, long in late.text, "reason-mistake" in late.text) == (409, True, False)
    assert pages(f"/approvals/{drafted}/amend", form={"reason": ""}).headers["Location"] == "/cases/o-1"


def shown(page):
    """What the forms of a page are sent with."""
    return {name: re.search(rf'name="{name}" value="([^"]+)"', page.text)[1] for name in ("version", "key")}


def test_a_double_press_is_one_press(bureau, pages, drafted):
    form = shown(pages(f"/approvals/{drafted}"))
    for _ in range(2):
        assert pages(f"/approvals/{drafted}/approve", form=form).status_code == 303
    assert bureau.row(drafted)["state"] == "replied"


@pytest.mark.parametrize("where", ["/approvals/{}", "/fragments/routing/case/o-1", "/desk/{}"])
def test_no_draft_goes_out_that_was_not_read(bureau, pages, drafted, where):
    """Another head sends it back and the department writes a new draft while somebody still reads the old one."""
    old = shown(pages(where.format(drafted)))
    bureau.clock.instant += timedelta(minutes=1)
    other = pages(f"/approvals/{drafted}/amend", form=shown(pages(f"/approvals/{drafted}")) | {"reason": "请写明日期。"})
    assert other.status_code == 303
    gone = pages(f"/approvals/{drafted}/amend", form=old | {"reason": "我也写了很久。"})
    assert (gone.status_code, "这里已没有待审签的拟答复" in gone.text, "我也写了很久。" in gone.text) == (409, True, True)
    bureau.clock.instant += timedelta(minutes=1)
    assert bureau.ask("http", drafted, "reply", REPLY | {"content": "五月十日已修好。"}, "gas") is None
    for verb, form in (("approve", old), ("amend", old | {"reason": "我也写了很久。"})):
        answer = pages(f"/approvals/{drafted}/{verb}", form=form)
        assert (answer.status_code, "未作处理：您打开后" in answer.text) == (409, True)
        assert "五月十日已修好。" in answer.text
        assert ("我也写了很久。</textarea>" in answer.text) is (verb == "amend")
        assert bureau.row(drafted)["state"] == "drafted"
    assert pages(f"/approvals/{drafted}/approve", form=shown(answer)).status_code == 303
    assert bureau.row(drafted)["reply"] == "五月十日已修好。"


def test_a_program_that_names_an_older_version_approves_nothing(bureau, drafted):
    old = bureau.get(f"/assignments/{drafted}", HEAD).headers["ETag"]
    bureau.clock.instant += timedelta(minutes=1)
    assert bureau.post(f"/assignments/{drafted}/amend", {"reason": "请写明日期。"}, HEAD, If_Match=old).status_code == 200
    assert bureau.ask("http", drafted, "reply", REPLY, "gas") is None
    for verb, body in (("approve", {}), ("amend", {"reason": "再改。"})):
        assert bureau.post(f"/assignments/{drafted}/{verb}", body, HEAD, If_Match=old).status_code == 412
    assert bureau.row(drafted)["state"] == "drafted"


@pytest.mark.parametrize("verb", ["approve", "amend"])
def test_what_was_typed_and_read_survives_a_lost_session(pages, drafted, verb):
    answer = pages(f"/approvals/{drafted}/{verb}", None, {"reason": "请写明日期。", "version": "5f", "key": "k" * 24})
    assert answer.status_code == 401
    for kept in ("请写明日期。</textarea>", 'name="version" value="5f"', f'name="key" value="{"k" * 24}"'):
        assert kept in answer.text


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
