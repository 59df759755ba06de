"""The pages of sessions: booking, the host at work, who has booked, the part on the session's page, the code that is put up."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.contracts.messages.opinions import OpinionAccepted
from services.contracts.messages.sessions import AttendanceRecorded, QuestionAsked, SessionCancelled, SessionMinuted
from services.contracts.people.callers import Caller, Role
from services.runtime.web.access.sessions import BrowserSession
from services.runtime.web.guard import RequestGuard
from tests.unit.intake import harness as desks
from tests.unit.intake.sessions import AT, QUESTION, SESSION, ask, book, tell

HOST = f"/sessions/{SESSION}/host"
STATION = {"Authorization": "Bearer at-central"}
KEY = "k" * 22
FORM = {"content": "河堤外侧护栏松动，请加固。", "topic": "rivers", "spot": "", "key": KEY}


@pytest.fixture
def desk(harness):
    tell(harness)
    return harness


def post(desk, path, form, headers=STATION):
    return desk.client.post(path, data=form, headers=headers)


def written(desk):
    return [event.data for event in desk.said() if isinstance(event.data, QuestionAsked)]


@pytest.mark.slow
def test_a_question_is_written_down_once_and_its_receipt_is_printed_with_the_next_form(desk):
    for _ in range(2):
        answer = post(desk, HOST, FORM | {"name": "标记甲", "phone": "13711110000"})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{HOST}/submitted?key={KEY}")
    assert [each.number for each in written(desk)] == [1]
    page = desk.client.get(f"{HOST}/submitted?key={KEY}", headers=STATION | {"Accept-Language": "zh"}).text
    (letter,) = desk.letters()
    assert letter.receipt in page
    assert "问题 1 已登记" in page
    assert "<svg" in page
    assert re.search(r'name="key" value="([^"]+)"', page)[1] != KEY
    assert "标记甲" not in page
    other = desk.client.get(f"{HOST}/submitted?key={'x' * 22}", headers=STATION).text
    assert letter.receipt not in other


def test_a_question_is_answered_or_promised_on_the_form(desk):
    due = (desk.clock.now() + timedelta(days=20)).date().isoformat()
    post(desk, HOST, FORM | {"spot": "answer", "answer": "已经加固。", "outcome": "solved"})
    post(desk, HOST, FORM | {"key": "l" * 22, "spot": "promise", "what": "加固护栏", "due": due, "department": "roads"})
    post(desk, HOST, FORM | {"key": "m" * 22, "spot": "promise", "what": "加固护栏", "answer": "下月动工。"})
    solved, promised, said = [event.data for event in desk.said() if isinstance(event.data, OpinionAccepted)]
    assert (solved.answer.content, solved.department) == ("已经加固。", "water")
    assert (promised.answer.promise.due.isoformat()[:19], promised.department) == (f"{due}T23:59:59", "roads")
    assert (said.answer.content, said.answer.promise.due) == ("下月动工。", None)


@pytest.mark.parametrize(("changes", "field"), [
    ({"content": ""}, "content"), ({"topic": "moon"}, "topic"), ({"title": "x" * 121}, "title"), ({"phone": "1"}, "phone"),
    ({"spot": "answer", "outcome": "solved"}, "answer"), ({"spot": "answer", "answer": "好"}, "outcome"),
    ({"spot": "promise"}, "what"), ({"spot": "promise", "what": "加固", "due": "soon"}, "due"),
    ({"spot": "promise", "what": "加固", "due": "2020-01-01"}, "due"),
    ({"spot": "promise", "what": "加固", "topic": ""}, "department"),
    ({"summary": "x" * 201}, "summary"), ({"area": "moon"}, "area"),
])  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(desk, changes, field):
    answer = post(desk, HOST, FORM | {"name": "标记甲"} | changes)
    assert answer.status_code == 422
    assert f'id="{field}-mistake"' in answer.text
    assert 'value="标记甲"' in answer.text
    assert desk.count() == 0


def test_a_form_that_was_changed_after_it_was_sent_is_asked_for_again(desk):
    post(desk, HOST, FORM)
    answer = post(desk, HOST, FORM | {"content": "另一件事。"})
    assert answer.status_code == 409
    assert "另一件事。" in answer.text
    assert KEY not in answer.text


def test_nothing_is_written_down_at_a_session_that_is_off(desk):
    tell(desk, SessionCancelled, 3, "cancelled")
    assert post(desk, HOST, FORM).status_code == 409
    assert post(desk, f"{HOST}/attendance", {"visitors": "3"}).status_code == 409


def test_the_host_counts_on_the_page(desk):
    assert post(desk, f"{HOST}/attendance", {"visitors": "14", "deputies": "wang、li"}).status_code == 303
    said = [event.data for event in desk.said() if isinstance(event.data, AttendanceRecorded)]
    assert [(each.deputy, each.visitors) for each in said] == [(None, 14), ("wang", 0), ("li", 0)]
    wrong = [({"visitors": "many"}, "visitors"), ({"visitors": ""}, "deputies"), ({"observers": "-1"}, "observers")]
    for form, field in (*wrong, ({"visitors": "9" * 5000}, "visitors")):
        answer = post(desk, f"{HOST}/attendance", form)
        assert answer.status_code == 422
        assert f'id="{field}-mistake"' in answer.text


def test_the_form_says_nothing_of_a_case(desk):
    ask(desk, QUESTION | {"title": "标记标题"})
    assert "标记标题" not in desk.client.get(HOST, headers=STATION).text


@pytest.mark.parametrize("path", [HOST, f"{HOST}/submitted", f"/sessions/{SESSION}/bookings"])
@pytest.mark.parametrize(("who", "status"), [(None, 401), ("water", 403), ("elsewhere", 404), ("supervisor", 200)])
def test_the_pages_of_the_host_are_the_hosts_alone(desk, path, who, status):
    headers = {"Authorization": f"Bearer {who}"} if who else {}
    assert desk.client.get(path, headers=headers).status_code == status


@pytest.mark.slow
def test_somebody_books_and_cancels_on_pages(desk):
    page = f"/sessions/{SESSION}/book"
    assert "2" in desk.client.get(page).text
    form = {"name": "标记甲", "phone": "13711110000", "key": KEY}
    first, again = (desk.client.post(page, data=form) for _ in range(2))
    assert (first.status_code, first.headers["Location"]) == (303, again.headers["Location"])
    booking = first.headers["Location"]
    shown = desk.client.get(booking, headers={"Accept-Language": "zh"}).text
    assert "您的序号：1" in shown
    assert "标记甲" not in shown
    assert desk.client.post(f"{booking}/cancel").status_code == 303
    assert "已取消" in desk.client.get(booking, headers={"Accept-Language": "zh"}).text


@pytest.mark.parametrize(("form", "field"), [
    ({"phone": "13711110000"}, "name"), ({"name": "甲"}, "phone"), ({"name": "甲", "email": "x"}, "email"),
    ({"name": "甲", "phone": "13711110000", "about": "x" * 2001}, "about"),
])  # fmt: skip
def test_what_is_wrong_with_a_booking_stands_beside_its_field(desk, form, field):
    answer = desk.client.post(f"/sessions/{SESSION}/book", data=form)
    assert answer.status_code == 422
    assert f'id="{field}-mistake"' in answer.text


def test_a_full_session_and_one_that_is_over_say_so(desk):
    for name in ("甲", "乙"):
        book(desk, name=name)
    full = desk.client.post(f"/sessions/{SESSION}/book", data={"name": "丙", "phone": "13711110000"})
    assert full.status_code == 409
    assert "<form" not in full.text.split("<main", 1)[1].split("</main>", 1)[0]
    for path in (f"/sessions/{SESSION}/book", "/sessions/none/book"):
        tell(desk, state="planned", sequence=9)
        assert desk.client.get(path).status_code == 404


@pytest.mark.slow
def test_the_host_notes_on_the_page_who_has_come(desk):
    receipt = book(desk).get_json()["receipt"]
    page = f"/sessions/{SESSION}/bookings"
    shown = desk.client.get(page, headers=STATION).text
    assert all(text in shown for text in ("标记甲", "13711110000", "标记事由"))
    assert post(desk, f"{page}/1/attended", {}).status_code == 303
    assert desk.get(f"/bookings/{receipt}").get_json()["state"] == "attended"
    tell(desk, SessionMinuted, 4, "followed")
    assert post(desk, f"{page}/1/attended", {}).status_code == 409
    assert desk.client.post(f"/bookings/{receipt}/cancel").status_code == 409


def test_the_part_on_the_page_of_the_session_says_to_everybody_how_to_book(desk):
    path = f"/fragments/intake/session/booking/{SESSION}?lang=zh"
    assert f"/sessions/{SESSION}/book" in desk.client.get(path).text
    for _ in range(2):
        book(desk)
    assert "已约满" in desk.client.get(path).text
    tell(desk, slots=0, sequence=4)
    assert desk.client.get(path).text.strip() == ""


def test_the_part_for_the_host_says_where_every_question_stands(desk):
    ask(desk, QUESTION, QUESTION | {"summary": None, "title": "路灯"})
    book(desk)
    path = f"/fragments/intake/session/{SESSION}?lang=zh"
    shown = desk.client.get(path, headers=STATION).text
    assert all(text in shown for text in ("河堤护栏松动", "路灯", "已受理", "预约名单：1"))
    assert "/cases/" not in shown
    assert "/cases/" in desk.client.get(path, headers={"Authorization": "Bearer reviewer"}).text
    for headers in ({}, {"Authorization": "Bearer water"}, {"Authorization": "Bearer elsewhere"}):
        assert desk.client.get(path, headers=headers).status_code in (401, 403, 404)


@pytest.fixture
def code(desk, monkeypatch):
    """The code of the session, scanned on its day by a deputy who is signed in."""
    deputy = Caller(Role.DEPUTY, token="d-wang", deputy="wang")
    monkeypatch.setitem(desks.CALLERS, "wang", deputy)
    order = {"kind": "activity", "label": "周二代表有约", "station": "central", "session": SESSION}
    made = json.loads(desk.post("/codes", order, "admin").get_data().splitlines()[1])["code"]
    desk.clock.instant = AT
    return made


def signed_in(monkeypatch, caller):
    session = object.__new__(BrowserSession)
    for name, value in {"caller": caller, "form_key": "f"}.items():
        object.__setattr__(session, name, value)
    monkeypatch.setattr(RequestGuard, "session", lambda _: session)


def test_a_deputy_who_scans_the_code_says_by_one_press_that_they_are_there(desk, code, monkeypatch):
    assert "attendance" not in desk.client.get(f"/c/{code}").text
    signed_in(monkeypatch, desks.CALLERS["wang"])
    assert f'action="/c/{code}/attendance"' in desk.client.get(f"/c/{code}").text
    assert 'name="content"' in desk.client.get(f"/c/{code}?form=1").text
    wang = {"Authorization": "Bearer wang", "Accept-Language": "zh"}
    for _ in range(2):
        assert "签到成功" in desk.client.post(f"/c/{code}/attendance", headers=wang).text
    assert [event.data.deputy for event in desk.said() if isinstance(event.data, AttendanceRecorded)] == ["wang"]
    desk.clock.instant = AT + timedelta(days=1)
    assert desk.client.post(f"/c/{code}/attendance", headers=wang).status_code == 409
    assert desk.client.post("/c/0000000000/attendance", headers=wang).status_code == 404
    signed_in(monkeypatch, replace(desks.CALLERS["wang"], role=Role.STATION))
    assert 'name="content"' in desk.client.get(f"/c/{code}").text
