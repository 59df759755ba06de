"""督办事项: the pages for the office of what is under supervision, and of a meeting's agenda, as people read and print them."""

from __future__ import annotations

import re

import pytest

from services.notify.pages.routes import PAGES
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from tests.unit.notify.calling import FakeAuthenticator
from tests.unit.notify.cases import Case

MEETING = {"title": "四季度督政议事会", "at": "2026-12-28T09:00:00+08:00"}


@pytest.fixture
def read(scene):
    """`read(path, who)` gives the status and what a reader reads."""
    client = create_app("notify", scene.service, PAGES, FakeAuthenticator(), Telemetry()).test_client()

    def read(path: str = "/agenda", who: str | None = "boss") -> tuple[int, str]:
        answer = client.get(path, headers={"Authorization": f"Bearer {who}"} if who else {})
        assert answer.content_type == "text/html; charset=utf-8"
        assert "script" not in answer.headers["Content-Security-Policy"]
        if answer.status_code == 200:
            assert answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))

    return read


def test_it_lists_what_is_open_by_department_the_longest_overdue_first(read, raised):
    status, text = read()
    assert status == 200
    assert "截至 2026年12月21日 09:00 ，共 3 件" in text
    places = [text.index(part) for part in ("roads局", "5 个工作日", "water局", "6 个工作日")]
    assert places == sorted(places)
    assert text.count("未列入") == 3
    assert "答复期限 2026年12月14日" in text


def test_it_says_which_meeting_deals_with_it_and_what_is_resolved_is_gone(call, read, raised):
    status, meeting = call("POST", "/meetings", body=MEETING | {"supervisions": [raised["o-1"], raised["o-3"]]})
    assert status == 201
    assert call("POST", f"/supervisions/{raised['o-3']}/result", body={"result": "criticism", "note": "责令整改"})[0] == 200
    _, text = read()
    assert (text.count("四季度督政议事会 2026年12月28日 09:00"), text.count("未列入"), "roads局" in text) == (1, 1, False)
    status, agenda = read(f"/agenda/{meeting['id']}")
    assert (status, "四季度督政议事会 会议议程" in agenda) == (200, True)
    assert "通报批评 责令整改" in agenda
    assert "未列入" not in agenda


def test_an_agenda_says_what_was_put_off_and_what_was_promised(call, read, raised):
    _, first = call("POST", "/meetings", body=MEETING)
    _, second = call("POST", "/meetings", body=MEETING | {"title": "一月会议", "supervisions": [raised["o-3"]]})
    assert call("POST", f"/supervisions/{raised['o-1']}/schedule", body={"meeting": second["id"]})[0] == 200
    promise = {"what": "年前清淤", "due": "2027-01-15T23:59:59+08:00"}
    result = {"result": "promise", "note": "局长到会说明。", "promise": promise}
    assert call("POST", f"/supervisions/{raised['o-2']}/result", body=result)[0] == 200
    _, text = read(f"/agenda/{first['id']}")
    assert "改在其他会议审议" in text
    assert "单位作出承诺 局长到会说明。 · 年前清淤 ( 2027年1月15日 )" in text


def test_a_department_sees_its_own_and_no_meeting_as_a_whole(call, read, raised):
    _, meeting = call("POST", "/meetings", body=MEETING)
    status, text = read(who="roads")
    assert (status, "共 1 件" in text, "water局" in text, "四季度督政议事会" in text) == (200, True, False, True)
    assert read(f"/agenda/{meeting['id']}", "roads")[0] == 403
    assert read(f"/agenda/{meeting['id']}", "office")[0] == 403
    assert [read(who=who)[0] for who in ("office", "admin", None)] == [200, 200, 401]


def test_a_case_that_was_answered_says_so(scene, read, raised):
    case = Case(scene, "a-3", "roads", "o-3")
    case.sequence = 1
    case.replied()
    assert read(who="roads")[1].count("已答复或已挂起") == 1
    assert "已答复或已挂起" not in read(who="water")[1]


def test_nothing_and_nowhere(read):
    assert "目前没有督办事项" in read()[1]
    status, text = read("/agenda/nothing")
    assert (status, "页面不存在" in text) == (404, True)
