"""The page of a receipt: how it stands, what happened and why, the reply, and the form to rate it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from services.contracts.messages.assignments import AssignmentRaised
from services.contracts.messages.values import CoOpinion, Outcome, RaisedBy
from services.contracts.words.vocabulary import STANDINGS
from services.intake.domain.receipt.receipts import new_receipt
from services.intake.handlers.reviewing import decline
from services.intake.pages.receipt import receipt as receipt_page
from services.intake.store.writing import IntakeStore
from services.runtime.clock import ZONE
from tests import visitors
from tests.saying import chinese
from tests.unit.intake.opinions import change
from tests.visitors import Visit, concluded, created, progressed, reopened, replied, signed

DUE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=ZONE)
WRONG_CHECK = "ABCDEABCDE0000"


@pytest.fixture
def visit(sqlite_database, clock):
    return Visit(sqlite_database("intake", visitors.MIGRATIONS), clock)


@pytest.fixture
def answered(visit):
    """The page of an opinion that has its reply."""
    path = visit.receipt()
    visit.consume(created(DUE), signed(DUE), progressed("已到现场查看。"), replied(DUE))
    return path


def read(visit: Visit, path: str) -> str:
    """What a reader reads of a page."""
    page = visit.client.get(path)
    assert page.status_code == 200, page.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def test_the_page_is_kept_by_nobody(visit, answered):
    answer = visit.client.get(answered)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_timeline_says_what_when_by_whom_until_when_and_why_there(visit, answered):
    told = read(visit, answered)
    assert "2026年11月23日 09:30 · 提出人" in told
    assert "2026年11月23日 10:30 · 按交办规则自动处理" in told
    assert "县生态环境局" in told
    assert "内容涉及垃圾、河道" in told
    assert "2026年12月14日" in told
    assert "已到现场查看。" in told
    assert "是否按期 按期" in told
    assert 'datetime="2026-12-14T23:59:59+08:00"' in visit.client.get(answered).text


@pytest.mark.parametrize(
    ("rule", "said"), [("given", "由所选主题的主管单位办理"), ("fallback", "暂未匹配到主管单位，由该单位先行办理")]
)
def test_each_rule_of_assignment_has_its_words(visit, rule, said):
    path = visit.receipt()
    visit.consume(created(DUE, rule))
    assert said in read(visit, path)


def test_times_are_those_of_the_place(visit):
    path = visit.receipt()
    visit.consume(created(datetime.fromisoformat("2026-12-14T15:59:59+00:00")))
    assert "2026年12月14日" in read(visit, path)


def test_no_code_stands_for_a_department_that_left_the_catalogue(visit):
    path = visit.receipt()
    gone = created(DUE, department="long-gone")
    visit.consume(gone, replace(replied(DUE), department="long-gone", co_opinions=(CoOpinion("gone-too", "协办意见。"),)))
    page = read(visit, path)
    assert "已撤并的单位 · 协办意见" in page
    assert "long-gone" not in page
    assert "gone-too" not in page


@pytest.mark.slow
def test_every_state_on_the_way_is_said_in_words(visit):
    path = visit.receipt()
    assert STANDINGS["accepted"].name.zh in read(visit, path)
    story = [
        (created(DUE), "assigned"),
        (signed(DUE), "signed"),
        (replied(DUE), "replied"),
        (reopened(DUE), "reopened"),
        (concluded(), "concluded"),
    ]
    for message, state in story:
        visit.consume(message)
        assert STANDINGS[state].meaning.zh in read(visit, path)


def test_a_declined_opinion_says_why_and_where_to_turn(visit):
    path = visit.receipt()
    row = visit.opinions()[0]
    with visit.database.transaction() as work:
        change(work, row["id"], state="submitted")
    with visit.database.transaction() as work:
        decline(IntakeStore(work, visit.vault), visit.catalogue, row["id"], "emergency")
    told = read(visit, path)
    assert "不予受理" in told
    assert "请立即拨打 110、119 或 120" in told
    assert "人大机关审核人员" in told


def test_the_reply_stands_with_its_outcome_and_once_only(visit, answered):
    told = read(visit, answered)
    assert told.count("已清运，并装了摄像头。") == 1
    assert "已经解决" in told


def test_an_earlier_reply_stays_in_the_story(visit, answered):
    visit.consume(reopened(DUE))
    assert "上一次答复" in read(visit, answered)
    visit.consume(replied(DUE, "再次清运，加派巡查。", Outcome.IN_PROGRESS))
    told = read(visit, answered)
    assert told.count("已清运，并装了摄像头。") == 1
    assert told.count("再次清运，加派巡查。") == 1
    assert "第 2 次办理" in told


def test_a_rating_is_taken_once_and_thanked_for(visit, answered):
    form = {"result": "satisfied", "process": "basically_satisfied", "comment": "很快", "key": visit.key(answered)}
    first = visit.client.post(f"{answered}/evaluation", data=form)
    again = visit.client.post(f"{answered}/evaluation", data=form)
    for answer in (first, again):
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{answered}#evaluation")
    told = read(visit, answered)
    assert "谢谢您的评价" in told
    assert "对办理结果：满意" in told
    assert "您满意吗" not in told
    assert told.count("作出评价 ") == 1


@pytest.mark.slow
def test_somebody_may_think_again_once_and_the_third_rating_is_refused_kindly(visit, answered):
    windows = [visit.key(answered) for _ in range(4)]
    visit.client.post(f"{answered}/evaluation", data={"result": "satisfied", "key": windows[0]})
    page = visit.client.get(answered).text
    assert "改变看法了？" in page
    same = visit.client.post(f"{answered}/evaluation", data={"result": "satisfied", "key": windows[1]})
    again = visit.client.post(f"{answered}/evaluation", data={"result": "dissatisfied", "comment": "没有来人。", "key": windows[2]})
    third = visit.client.post(f"{answered}/evaluation", data={"result": "satisfied", "key": windows[3]})
    assert [answer.status_code for answer in (same, again, third)] == [409, 303, 409]
    for answer in (same, third):
        assert chinese(receipt_page.EVALUATION.too_late) in answer.text
    told = read(visit, answered)
    assert "对办理结果：不满意" in told
    assert "改变看法了？" not in told
    assert "更改之前的评价" in told


@pytest.mark.slow
def test_a_rating_after_its_time_is_refused_kindly(visit, answered):
    visit.clock.instant = DUE + timedelta(days=29)
    answer = visit.client.post(f"{answered}/evaluation", data={"result": "satisfied"})
    assert answer.status_code == 409
    assert chinese(receipt_page.EVALUATION.too_late) in answer.text


@pytest.mark.parametrize("rating", [{"result": "dissatisfied"}, {"result": "satisfied", "process": "dissatisfied"}])
@pytest.mark.parametrize("comment", ["", "  ", "\u200b\u3000"])
def test_who_is_dissatisfied_is_asked_why_beside_the_field(visit, answered, rating, comment):
    form = rating | {"comment": comment, "key": visit.key(answered)}
    answer = visit.client.post(f"{answered}/evaluation", data=form)
    assert answer.status_code == 422
    assert chinese(receipt_page.EVALUATION.mistakes["comment"]) in answer.text.split('id="comment-mistake"')[1].split("</p>")[0]
    assert f'name="result" value="{rating["result"]}" checked' in answer.text
    again = visit.client.post(f"{answered}/evaluation", data=form | {"comment": "没有来人。"})
    assert (again.status_code, again.headers["Location"]) == (303, f"{answered}#evaluation")


def test_a_rating_without_the_result_is_asked_for_and_the_comment_kept(visit, answered):
    answer = visit.client.post(f"{answered}/evaluation", data={"process": "satisfied", "comment": "写了不少"})
    assert answer.status_code == 422
    assert 'id="result-mistake"' in answer.text
    assert "写了不少" in answer.text
    assert 'name="process" value="satisfied" checked' in answer.text


def test_there_is_nothing_to_rate_before_the_reply(visit):
    path = visit.receipt()
    assert "/evaluation" not in visit.client.get(path).text
    assert visit.client.post(f"{path}/evaluation", data={"result": "satisfied"}).status_code == 409


def test_an_unrated_conclusion_says_so(visit, answered):
    visit.consume(concluded(rated=False))
    assert "评价期已过，没有评价" in read(visit, answered)


@pytest.mark.parametrize("given", ["{}", " {} ", "lower {}"])
def test_a_receipt_is_looked_up_however_it_is_typed(visit, given):
    path = visit.receipt()
    code = path.removeprefix("/receipts/")
    typed = given.removeprefix("lower ").format(code.lower() if "lower" in given else f"{code[:5]}-{code[5:10]} {code[10:]}")
    answer = visit.client.get("/receipts", query_string={"receipt": typed})
    assert (answer.status_code, answer.headers["Location"]) == (303, path)


def test_without_a_receipt_there_is_the_box_to_enter_it(visit):
    answer = visit.client.get("/receipts")
    assert answer.status_code == 200
    assert 'name="receipt"' in answer.text


def test_what_is_no_receipt_gets_a_kind_answer_and_keeps_what_was_typed(visit):
    for path in ("/receipts?receipt=ABC-12", "/receipts/ABC-12", f"/receipts/{WRONG_CHECK}"):
        answer = visit.client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert chinese(receipt_page.NO_RECEIPT) in answer.text
        assert "no-store" in answer.headers["Cache-Control"]
    assert 'value="ABC-12"' in visit.client.get("/receipts?receipt=ABC-12").text


def test_a_receipt_of_nobody_is_not_found_by_anybody(visit):
    unknown = new_receipt(lambda _: 12345)
    for answer in (
        visit.client.get(f"/receipts/{unknown}"),
        visit.client.post(f"/receipts/{unknown}/evaluation", data={"result": "satisfied"}),
    ):
        assert answer.status_code == 404
        assert chinese(receipt_page.UNKNOWN_RECEIPT) in answer.text


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        (RaisedBy.REWORKS.reason(3), "重办 3 次"),
        (RaisedBy.TRANSFERS.reason(2), "转办 2 次"),
        ("reworks: 三次", "reworks: 三次"),
        ("涉及两县: 2", "涉及两县: 2"),
    ],
)
def test_why_a_case_was_raised_reads_as_words_and_a_supervisor_s_as_they_were_written(visit, reason, told):
    path = visit.receipt()
    visit.consume(created(DUE), AssignmentRaised("a-1", "environment", "county", reason))
    page = read(visit, path)
    assert told in page
    assert (reason in page) == (reason == told)
