"""Administrators erase at a page: first what it takes, as numbers, then for good; and old cases some at a time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from services.intake.domain.erasing import ERASED_TITLE
from services.intake.domain.receipt.receipts import show_receipt
from services.intake.pages.office import erasing
from tests.unit.intake.opinions import FORM
from tests.unit.intake.personal_data import persons
from tests.unit.intake.sessions import book, tell
from tests.unit.intake.whole_case import MARKERS, SECRETS, open_case

ADMIN = {"Authorization": "Bearer admin"}
HIDDEN = re.compile(r'name="(case|content|version|days|after|cases|persons)" value="([^"]*)"')


def post(harness, path, who="admin", **form):
    return harness.client.post(f"/erasure{path}", data=form, headers={"Authorization": f"Bearer {who}"} if who else {})


def carried(text):
    """What the form that goes on brings along."""
    return dict(HIDDEN.findall(text.partition("<section")[2].partition("</section>")[0]))


def told(harness, case):
    return persons(harness, case.id)["submitter"]


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "yes"])
def test_one_case_is_looked_at_and_then_erased(harness, content):
    case = open_case(harness, **MARKERS)
    named = case.id if content else f" {show_receipt(case.receipts[0]).lower()} "
    looked = post(harness, "", case=named, content=content)
    assert looked.status_code == 200
    assert "<dd>3</dd>" in looked.text
    assert not any(secret in looked.text for secret in SECRETS)
    assert told(harness, case) is not None, "looking erases nothing"
    done = post(harness, "/case", **carried(looked.text))
    assert (done.status_code, "已删除 3 人的信息" in done.text) == (200, True)
    assert told(harness, case) is None
    assert (harness.row(case.id)["title"] == ERASED_TITLE) is bool(content)
    again = post(harness, "", case=named, content=content)
    assert ("<dd>0</dd>" in again.text, "此前已删除" in again.text) == (True, bool(content))


def test_a_co_signer_is_erased_alone_and_the_words_are_not_theirs(harness):
    form = FORM | {"submitter": {"kind": "citizen", "name": "甲"}, "cosigners": [{"kind": "citizen", "name": "乙"}]}
    made = harness.post("/opinions", form).get_json()
    receipt = made["cosigners"][0]
    assert post(harness, "", case=receipt, content="yes").status_code == 422
    looked = post(harness, "", case=receipt)
    assert "<dd>1</dd>" in looked.text
    refused = post(harness, "/case", **carried(looked.text) | {"content": "yes"})
    assert (refused.status_code, 'id="case-mistake"' in refused.text) == (422, True)
    assert post(harness, "/case", **carried(looked.text)).status_code == 200
    kept = persons(harness, made["id"])
    assert (kept["submitter"]["name"], kept["cosigners"][0].get("name")) == ("甲", None)


@pytest.mark.slow
def test_who_looked_before_a_colleague_s_act_is_told_and_nothing_is_erased(harness):
    case = open_case(harness, **MARKERS)
    form = carried(post(harness, "", case=case.id).text)
    harness.clock.instant += timedelta(minutes=1)
    harness.change(case.id, area=None)
    stale = post(harness, "/case", **form)
    assert (stale.status_code, told(harness, case) is not None) == (409, True)
    assert post(harness, "/case", **carried(stale.text)).status_code == 200
    assert told(harness, case) is None


def test_who_made_a_booking_is_erased(harness):
    tell(harness)
    receipt = book(harness).get_json()["receipt"]
    assert post(harness, "", case=receipt, content="yes").status_code == 422
    looked = post(harness, "", case=receipt)
    assert "保存有预约人信息" in looked.text
    assert post(harness, "/case", **carried(looked.text)).status_code == 200
    assert "此前已删除" in post(harness, "", case=receipt).text


def test_what_there_is_not_is_said_beside_the_field_and_typed_text_stays(harness):
    for wrong in ("", "ABC-12", "x" * 36, "<script>x()</script>", "0" * 5000):
        for path in ("", "/case"):
            answer = post(harness, path, case=wrong)
            assert (answer.status_code, 'id="case-mistake"' in answer.text, "<script>x" in answer.text) == (422, True, False)
    assert 'value="ABC-12"' in post(harness, "", case="ABC-12").text


@pytest.mark.slow
def test_old_cases_are_counted_and_erased_some_at_a_time(harness, monkeypatch):
    monkeypatch.setattr(erasing, "AT_ONCE", 2)
    made = [harness.submit(submitter={"kind": "citizen", "name": f"甲{number}", "phone": None}).id for number in range(3)]
    for opinion in made:
        harness.set_state(opinion, "declined")
    harness.clock.instant += timedelta(days=40)
    assert "尚有 0 件" in post(harness, "/aged", days="41").text
    counted = post(harness, "/aged", days="30")
    assert "尚有 3 件" in counted.text
    first = post(harness, "/aged", **carried(counted.text), erase="yes")
    assert ("已删除 2 件" in first.text, "尚有 1 件" in first.text) == (True, True)
    last = post(harness, "/aged", **carried(first.text), erase="yes")
    assert ("已删除 3 件" in last.text, "已没有超过" in last.text) == (True, True)
    assert [persons(harness, opinion)["submitter"] for opinion in made] == [None] * 3


def test_days_that_are_none_are_refused(harness):
    for days in ("", "0", "-1", "soon", "36501", "9" * 5000, "٣٠x"):
        answer = post(harness, "/aged", days=days, erase="yes")
        assert (answer.status_code, 'id="days-mistake"' in answer.text) == (422, True), days


def test_administrators_alone_erase(harness):
    for path in ("", "/case", "/aged"):
        assert post(harness, path, who="").status_code == 401
        for who in ("reviewer", "supervisor", "water", "scraper", "at-central"):
            assert post(harness, path, who=who).status_code == 403
            assert harness.client.get("/erasure", headers={"Authorization": f"Bearer {who}"}).status_code == 403
    page = harness.client.get("/erasure", headers=ADMIN)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    for path in ("/case", "/aged"):
        assert harness.client.get(f"/erasure{path}", headers=ADMIN).headers["Location"] == "/erasure"
