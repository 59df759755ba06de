"""The two small forms of a receipt's page: tell more when asked, and take it back; without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from services.contracts.messages.assignments import AssignmentPaused
from services.contracts.words.vocabulary import STANDINGS
from services.intake.domain.receipt.receipts import new_receipt
from services.intake.domain.submission.submission import LONGEST_CONTENT
from services.intake.handlers.merging import merge
from services.intake.handlers.reviewing import return_
from services.intake.pages.receipt import receipt as receipt_page
from services.intake.schemas.bodies import LONGEST_REASON
from services.intake.store.writing import IntakeStore
from services.runtime.clock import ZONE
from tests import visitors
from tests.saying import chinese, english
from tests.unit.intake.opinions import change
from tests.visitors import Visit, created, replied

DUE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=ZONE)
FORMS = [("details", receipt_page.DETAILS), ("withdrawal", receipt_page.WITHDRAWAL)]


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


@pytest.fixture
def paused(visit):
    """The page of an opinion whose department waits for the submitter."""
    path = visit.receipt()
    visit.consume(created(DUE), AssignmentPaused("a", visitors.DEPARTMENT, "请说明是哪一段河道。", DUE))
    return path


def state(visit: Visit) -> str:
    return str(visit.opinions()[0]["state"])


def set_state(visit: Visit, to: str) -> None:
    with visit.database.transaction() as work:
        change(work, visit.opinions()[0]["id"], state=to)


def action(path: str, name: str) -> str:
    return f'action="{path}/{name}"'


@pytest.mark.slow
def test_each_form_is_there_exactly_while_it_can_be_sent(visit):
    path = visit.receipt()
    for state_ in STANDINGS:
        set_state(visit, state_)
        may = visit.client.get(f"/api/v1{path}").get_json()["may"]
        page = visit.client.get(path).text
        for name, _ in FORMS:
            assert (action(path, name) in page) is (name in may)


def test_the_question_is_on_the_page_with_the_form_for_the_answer(visit, paused):
    page = visit.client.get(paused).text
    assert "请说明是哪一段河道。" in page
    assert action(paused, "details") in page
    assert re.search(r'<label for="content">工作人员请您补充：“请说明是哪一段河道。”\s*</label>', page)
    assert "请补充情况" in page
    assert "<script>" not in page


def test_what_is_added_is_kept_once_and_shown(visit, paused):
    form = {"content": "桥东二十米。\r\n靠学校一侧。", "key": visit.key(paused)}
    answers = [visit.client.post(f"{paused}/details", data=form) for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{paused}#state")
    assert visit.opinions()[0]["content"].count("【补充】桥东二十米。\n靠学校一侧。") == 1
    assert "靠学校一侧。" in visit.client.get(paused).text


def test_a_returned_opinion_goes_back_to_the_reviewer_with_what_was_added(visit):
    path = visit.receipt()
    set_state(visit, "submitted")
    with visit.database.transaction() as work:
        return_(IntakeStore(work, visit.vault), visit.opinions()[0]["id"], "是哪座桥？")
    page = visit.client.get(path).text
    assert "是哪座桥？" in page
    answer = visit.client.post(f"{path}/details", data={"content": "东街桥。", "key": visit.key(path)})
    assert (answer.status_code, state(visit)) == (303, "submitted")
    assert action(path, "details") not in visit.client.get(path).text


@pytest.mark.parametrize("content", ["", "  \n ", "长" * LONGEST_CONTENT])
def test_what_cannot_be_added_says_why_beside_the_field_and_is_kept(visit, paused, content):
    key = visit.key(paused)
    answer = visit.client.post(f"{paused}/details", data={"content": content, "key": key})
    assert answer.status_code == 422
    assert 'id="content-mistake"' in answer.text
    assert 'aria-invalid="true" aria-describedby="content-mistake"' in answer.text
    assert chinese(receipt_page.DETAILS.mistakes["content"]) in answer.text
    assert f'value="{key}"' in answer.text
    assert content.strip() in answer.text
    assert '<a href="#content">补充内容</a>' in answer.text
    assert state(visit) == "paused"


def test_what_was_typed_is_escaped_when_it_is_shown_again(visit, paused):
    answer = visit.client.post(f"{paused}/details", data={"content": "</textarea><script>" + "长" * LONGEST_CONTENT})
    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text


def test_an_opinion_is_withdrawn_and_the_page_says_so(visit):
    path = visit.receipt()
    form = {"reason": "已经解决了。", "key": visit.key(path)}
    for _ in range(2):
        answer = visit.client.post(f"{path}/withdrawal", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}#state")
    page = visit.client.get(path).text
    assert STANDINGS["withdrawn"].meaning.zh in page
    assert action(path, "withdrawal") not in page
    assert state(visit) == "withdrawn"


def test_it_takes_a_look_before_anything_is_withdrawn_and_no_reason(visit):
    path = visit.receipt()
    page = visit.client.get(path).text
    assert '<details class="card no-print" id="withdrawal">' in page
    assert "不能恢复" in page
    assert visit.client.post(f"{path}/withdrawal", data={"reason": ""}).status_code == 303
    assert state(visit) == "withdrawn"


def test_a_reason_that_is_too_long_is_said_beside_the_field_with_the_form_open(visit):
    path = visit.receipt()
    answer = visit.client.post(f"{path}/withdrawal", data={"reason": "长" * (LONGEST_REASON + 1)})
    assert answer.status_code == 422
    assert '<details class="card no-print" id="withdrawal" open>' in answer.text
    assert 'id="reason-mistake"' in answer.text
    assert chinese(receipt_page.WITHDRAWAL.mistakes["reason"]) in answer.text
    assert state(visit) == "accepted"


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_a_form_that_comes_too_late_is_refused_kindly_with_how_things_stand(visit, paused, name, form):
    visit.consume(replied(DUE))
    sent = {"content": "桥东。", "reason": "不用了。"}
    answer = visit.client.post(f"{paused}/{name}", data=sent)
    assert (answer.status_code, answer.mimetype) == (409, "text/html")
    assert chinese(form.too_late) in answer.text
    said = visit.client.post(f"{paused}/{name}", data=sent, headers={"Accept-Language": "en"}).text
    assert english(form.too_late) in said
    assert STANDINGS["replied"].meaning.zh in answer.text
    assert state(visit) == "replied"


def test_a_key_used_for_another_text_does_not_hide_the_first(visit, paused):
    key = visit.key(paused)
    visit.client.post(f"{paused}/details", data={"content": "桥东。", "key": key})
    answer = visit.client.post(f"{paused}/details", data={"content": "桥西。", "key": key})
    assert answer.status_code == 409
    assert f'value="{key}"' not in answer.text
    assert "桥西。" in answer.text
    assert visit.opinions()[0]["content"].endswith("【补充】桥东。")


def test_a_case_that_others_are_handled_with_has_no_form_to_withdraw_it(visit):
    follower, case = visit.receipt(), visit.receipt(title="河边的灯坏了")
    ids = {row["receipt"]: row["id"] for row in visit.opinions()}
    with visit.database.transaction() as work:
        merge(
            IntakeStore(work, visit.vault),
            visit.catalogue,
            ids[follower.removeprefix("/receipts/")],
            ids[case.removeprefix("/receipts/")],
        )
    for path in (follower, case):
        assert action(path, "withdrawal") not in visit.client.get(path).text
    answer = visit.client.post(f"{case}/withdrawal", data={"reason": ""})
    assert answer.status_code == 409
    assert chinese(receipt_page.WITHDRAWAL.too_late) in answer.text


@pytest.mark.parametrize("name", ["evaluation", *(name for name, _ in FORMS)])
def test_a_form_s_own_address_opened_by_hand_leads_to_the_page(visit, name):
    path = visit.receipt()
    answer = visit.client.get(f"{path}/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


@pytest.mark.parametrize("name", [name for name, _ in FORMS])
def test_a_receipt_of_nobody_is_not_found_by_anybody(visit, name):
    unknown = new_receipt(lambda _: 12345)
    for text, words in ((unknown, receipt_page.UNKNOWN_RECEIPT), ("ABC-12", receipt_page.NO_RECEIPT)):
        answer = visit.client.post(f"/receipts/{text}/{name}", data={"content": "甲", "reason": "乙"})
        assert answer.status_code == 404
        assert chinese(words) in answer.text


@pytest.mark.parametrize("name", [name for name, _ in FORMS])
def test_what_is_no_form_is_refused(visit, paused, name):
    assert visit.client.post(f"{paused}/{name}", json={"content": "甲"}).status_code == 415
