"""Pages of sessions: the public calendar and its files, the page of one with its forms, and where staff keep sessions and plans."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar
from werkzeug.test import TestResponse

from services.notify.pages.routes import PAGES
from services.notify.store.sessions.tables import plans
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from tests.unit.notify.calling import FakeAuthenticator, Telephone
from tests.unit.notify.scenes import Scene, at
from tests.unit.notify.sessions.town import TUESDAYS, close, made


class Browser:
    """Reads and sends pages as somebody."""

    def __init__(self, scene: Scene) -> None:
        self._client = create_app("notify", scene.service, PAGES, FakeAuthenticator(), Telemetry()).test_client()

    def get(self, path: str, who: str | None = None) -> TestResponse:
        return self._client.get(path, headers=_headers(who))

    def post(self, path: str, form: Mapping[str, object], who: str | None = "office") -> TestResponse:
        return self._client.post(path, data=form, headers=_headers(who))

    def text(self, path: str, who: str | None = None, status: int = 200) -> str:
        answer = self.get(path, who)
        assert answer.status_code == status, answer.text
        return plainly(answer)


class Fields(HTMLParser):
    """What the fields of a page hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        name = said.get("name") or ""
        if tag == "input" and name:
            self.values[name] = said.get("value") or ""
        self._area = name if tag == "textarea" else ""
        if self._area:
            self.values[name] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data

    def handle_endtag(self, tag: str) -> None:
        if self._area:
            # A browser leaves out the line break that a text begins with.
            self.values[self._area] = self.values[self._area].removeprefix("\n")
        self._area = ""


def _headers(who: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {who}"} if who else {}


def plainly(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


@pytest.fixture
def browser(scene: Scene) -> Browser:
    return Browser(scene)


def announced(call: Telephone, **said: Any) -> str:
    session = made(call, **said)
    assert call("POST", f"/sessions/{session}/announce", "office", {"reason": "防汛紧急"})[0] == 200
    return session


@pytest.mark.slow
def test_everybody_finds_what_is_announced_by_day_kind_and_month(call: Telephone, browser: Browser) -> None:
    session = announced(call, theme="社区停车", brand="周二见")
    made(call, title="还没公告")
    announced(call, kind="inspection", title="内部视察")
    text = browser.text("/calendar")
    assert "09:00–11:00 周二代表有约" in text
    assert "社区停车" in text
    assert "还没公告" not in text
    assert "内部视察" not in text
    month = browser.get("/calendar?month=2026-12&kind=reception&station=east-1").text
    assert f'href="/sessions/{session}"' in month
    assert 'href="#on-2026-12-03"' in month
    assert "周二代表有约" not in browser.text("/calendar?month=2027-01")
    assert "周二代表有约" not in browser.text("/calendar?station=east-2")
    assert "周二代表有约" in browser.text("/calendar?cursor=x&more=1")
    assert "还没公告" in browser.text("/calendar", "office")


def test_calendars_can_follow_it(scene: Scene, call: Telephone, browser: Browser) -> None:
    session, other = announced(call), announced(call, title="取消的", ends=None)
    call("POST", f"/sessions/{other}/cancel", "office", {"reason": "台风"})
    answer = browser.get("/calendar.ics?kind=reception")
    assert answer.content_type == "text/calendar; charset=utf-8"
    events: dict[str, Any] = {str(each["uid"]): each for each in Calendar.from_ical(answer.data).walk("VEVENT")}
    one = events[f"{session}@huiying"]
    assert (one["dtstart"].dt, one["dtend"].dt) == (at("2026-12-03 09:00"), at("2026-12-03 11:00"))
    assert (str(one["status"]), str(events[f"{other}@huiying"]["status"])) == ("CONFIRMED", "CANCELLED")
    assert str(one["location"]) == "east-1 · 一楼"
    (alone,) = Calendar.from_ical(browser.get(f"/sessions/{session}.ics").data).walk("VEVENT")
    assert alone["uid"] == one["uid"]
    assert browser.get(f"/sessions/{made(call)}.ics").status_code == 404
    assert call("POST", f"/sessions/{session}/postpone", "office", {"reason": "台风"})[0] == 200
    (alone,) = Calendar.from_ical(browser.get(f"/sessions/{session}.ics").data).walk("VEVENT")
    assert alone["STATUS"] == "CANCELLED"
    page = browser.text(f"/sessions/{session}")
    assert "延期，时间另行通知" in page
    assert "12月3日" not in page


def test_the_page_says_which_rule_was_broken_and_why_to_everybody(scene: Scene, call: Telephone, browser: Browser) -> None:
    session = announced(call, at="2026-11-25T09:00:00+08:00", ends=None)
    text = browser.text(f"/sessions/{session}")
    assert "提前公告时间不足" in text
    assert "防汛紧急" in text
    assert "登记举行情况" not in text
    assert browser.get(f"/sessions/{made(call)}").status_code == 404
    assert browser.get(f"/sessions/{session}/moves/hold").status_code == 401


@pytest.mark.slow
def test_who_keeps_a_session_records_it_with_forms(scene: Scene, call: Telephone, browser: Browser) -> None:
    session = announced(call)
    assert "登记举行情况" in browser.text(f"/sessions/{session}", "station")
    assert "登记举行情况" not in browser.text(f"/sessions/{session}", "other")
    scene.clock.instant = at("2026-12-03 11:30")
    form = {"hold-deputies": "d-1", "hold-visitors": "162", "hold-officials": "water局 局长"}
    answer = browser.post(f"/sessions/{session}/moves/hold", form)
    assert answer.status_code == 422
    assert "到场代表人数不足" in answer.text
    assert 'value="162"' in answer.text
    answer = browser.post(f"/sessions/{session}/moves/hold", form | {"hold-reason": "一名代表因病未到"})
    assert (answer.status_code, answer.location) == (303, f"/sessions/{session}")
    told = call("GET", f"/sessions/{session}", None)[1]
    assert (told["visitors"], told["officials"]) == (162, [{"department": "water", "title": "局长"}])
    # Its form is not on the page any more, and what is typed into an older page is not lost.
    for visitors, status in (("162", 409), ("many", 422)):
        late = browser.post(f"/sessions/{session}/moves/hold", form | {"hold-visitors": visitors})
        assert (late.status_code, f'value="{visitors}"' in late.text) == (status, True)
    assert browser.post(f"/sessions/{session}/moves/minutes", {"minutes-minutes": ""}).status_code == 422
    assert browser.post(f"/sessions/{session}/moves/minutes", {"minutes-minutes": "议定三件事。"}).status_code == 303
    assert "议定三件事" in browser.text(f"/sessions/{session}", "office")
    assert "议定三件事" not in browser.text(f"/sessions/{session}")
    assert browser.post(f"/sessions/{session}/moves/sing", {"x": "y"}).status_code == 404
    assert browser.post(f"/sessions/{session}/moves/follow", {"x": "y"}, "other").status_code == 403


@pytest.mark.parametrize(("path", "typed"), [
    ("/sessions/{session}/moves/minutes", {"minutes-minutes": "写了一小时的纪要。\n第二段。", "minutes-reason": "停电"}),
    ("/sessions/{session}/moves/hold", {"hold-deputies": "d-1、d-2", "hold-visitors": "14", "hold-reason": "一人请假"}),
    ("/sessions/new", {"title": "专场", "deputies": "d-1", "kind": "reception", "at": "2026-12-08T09:00"}),
    ("/sessions/{session}/details", {"title": "专场", "officials": "水务局 局长", "version": "abc"}),
    ("/plans/entry", {"code": "ours", "dates": "2026-12-09 水", "rule": "dates", "version": "abc"}),
    ("/themes", {"title": "停车", "kind": "chief", "support": "12"}),
])  # fmt: skip
def test_what_was_typed_outlives_the_end_of_a_session(
    call: Telephone, browser: Browser, path: str, typed: Mapping[str, str]
) -> None:
    answer = browser.post(path.format(session=announced(call)), typed, who=None)
    assert answer.status_code == 401
    found = Fields(answer.text).values
    assert {name: found.get(name) for name in typed} == typed


def test_two_hosts_do_not_write_over_one_another(scene: Scene, call: Telephone, browser: Browser) -> None:
    session = announced(call)
    scene.clock.instant = at("2026-12-03 12:00")
    call("POST", f"/sessions/{session}/hold", "office", {"visitors": 3, "reason": "一人请假"})
    opened = Fields(browser.get(f"/sessions/{session}", "station").text).values["version"]
    scene.clock.instant += timedelta(minutes=5)
    form = {"minutes-minutes": "甲写的纪要。", "version": opened}
    assert browser.post(f"/sessions/{session}/moves/minutes", form, "station").status_code == 303
    scene.clock.instant += timedelta(minutes=5)
    refused = browser.post(f"/sessions/{session}/moves/minutes", form | {"minutes-minutes": "乙写的纪要。"}, "office")
    shown = Fields(refused.text).values
    assert (refused.status_code, shown["minutes-minutes"]) == (409, "乙写的纪要。")
    assert call("GET", f"/sessions/{session}", "office")[1]["minutes"] == "甲写的纪要。"
    again = {"minutes-minutes": shown["minutes-minutes"], "version": shown["version"]}
    assert browser.post(f"/sessions/{session}/moves/minutes", again, "office").status_code == 303
    assert call("GET", f"/sessions/{session}", "office")[1]["minutes"] == "乙写的纪要。"


def test_a_session_is_planned_and_changed_with_a_form(scene: Scene, call: Telephone, browser: Browser) -> None:
    form = {
        "kind": "reception", "title": "停车专场", "at": "2026-12-10T14:00", "station": "east-1", "departments": "water局，roads",
        "officials": "roads局 局长", "deputies": "d-1, d-2", "slots": "8",
    }  # fmt: skip
    assert browser.post("/sessions/new", form | {"at": "", "officials": "没有这个局"}).status_code == 422
    answer = browser.post("/sessions/new", form)
    assert answer.status_code == 303
    session = str(answer.location).rpartition("/")[2]
    told = call("GET", f"/sessions/{session}", "office")[1]
    assert (told["at"], told["departments"], told["slots"]) == ("2026-12-10T14:00:00+08:00", ["water", "roads"], 8)
    page = browser.get(f"/sessions/{session}/details", "office").text
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version is not None
    assert 'value="2026-12-10T14:00"' in page
    changed = {**form, "title": "停车与充电", "version": version[1]}
    scene.clock.instant += timedelta(minutes=1)
    assert browser.post(f"/sessions/{session}/details", changed).status_code == 303
    assert browser.post(f"/sessions/{session}/details", changed).status_code == 409
    assert "停车与充电" in browser.text("/sessions?state=planned", "office")
    assert "停车与充电" not in browser.text("/sessions", "other")
    assert browser.get("/sessions").status_code == 401


def test_a_plan_is_set_up_with_a_form(scene: Scene, call: Telephone, browser: Browser) -> None:
    form = {
        "code": "tuesday", "title": "周二代表有约", "kind": "reception", "rule": "weekly", "weekday": "2", "from": "2026-11-01",
        "time": "09:00", "station": "east-1", "shift": "next",
    }  # fmt: skip
    answer = browser.post("/plans/entry", form | {"weekday": "", "code": "周二"})
    assert answer.status_code == 422
    assert plainly(answer).count("请选择每周计划的星期") == 2
    assert browser.post("/plans/entry", form).status_code == 303
    assert browser.post("/plans/entry", form).status_code == 409
    assert "每周星期二" in browser.text("/plans", "station")
    page = browser.get("/plans/entry?code=tuesday", "office").text
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version is not None
    scene.clock.instant += timedelta(minutes=1)
    assert browser.post("/plans/entry", form | {"version": version[1], "time": "14:00"}).status_code == 303
    assert browser.post("/plans/entry", form | {"version": version[1], "time": "15:00"}).status_code == 409
    assert scene.rows(plans)[0]["time"] == "14:00"
    dated = {**form, "code": "themes", "rule": "dates", "weekday": "", "dates": "2026-12-09 加装电梯\n2027-01-12"}
    assert browser.post("/plans/entry", dated).status_code == 303
    assert "加装电梯" in browser.get("/plans/entry?code=themes", "office").text
    assert [each["theme"] for each in call("GET", "/sessions", "office", plan="themes", sort="at")[1]["items"]] == [
        "加装电梯",
        None,
    ]


def test_the_office_postpones_with_one_press_what_was_announced_for_a_holiday(
    scene: Scene, call: Telephone, browser: Browser
) -> None:
    call("PUT", "/plans/tuesday", "office", TUESDAYS)
    session = call("GET", "/sessions", "office", sort="at")[1]["items"][2]["id"]
    assert call("POST", f"/sessions/{session}/announce", "office", {})[0] == 200
    close(scene, "2026-12-08")
    assert "遇节假日" in browser.text("/sessions", "office")
    assert "遇节假日" not in browser.text("/calendar")
    assert "遇节假日" not in browser.text(f"/sessions/{session}")
    page = browser.get(f"/sessions/{session}", "office").text
    assert "按计划应改在 2026年12月9日 09:00" in re.sub(r"<[^>]+>", "", page)
    form = dict(re.findall(r'<input type="hidden" name="(postpone-[a-z]+)" value="([^"]*)">', page))
    answer = browser.post(f"/sessions/{session}/moves/postpone", form)
    assert (answer.status_code, answer.location) == (303, f"/sessions/{session}")
    text = browser.text(f"/sessions/{session}", "office")
    assert "2026年12月9日 09:00" in text
    assert "遇节假日调整" in text
    assert "按计划应改在" not in text


def test_a_session_whose_day_by_its_plan_lies_behind_us_says_that_it_stays_on_a_holiday(
    scene: Scene, call: Telephone, browser: Browser
) -> None:
    call("PUT", "/plans/tuesday", "office", TUESDAYS | {"shift": "previous"})
    session = call("GET", "/sessions", "office", sort="at")[1]["items"][0]["id"]
    close(scene, "2026-11-24", "2026-11-23")
    assert "遇节假日" in browser.text("/sessions", "office")
    page = browser.get(f"/sessions/{session}", "office").text
    assert "按计划应改在 2026年11月20日 09:00" in re.sub(r"<[^>]+>", "", page)
    assert re.findall(r'<input type="hidden" name="postpone-', page) == []


def test_overdue_minutes_stand_on_the_office_s_page(scene: Scene, call: Telephone, browser: Browser) -> None:
    session = announced(call)
    scene.clock.instant = at("2026-12-03 11:30")
    call("POST", f"/sessions/{session}/hold", "office", {"deputies": ["d-1", "d-2"]})
    assert "纪要逾期" not in browser.text("/fragments/notify/office", "office")
    scene.clock.instant += timedelta(days=7)
    assert "1 场活动纪要逾期未交" in browser.text("/fragments/notify/office", "office")
    assert "纪要" not in browser.text("/fragments/notify/office", "water")


def test_what_people_wrote_stays_text(call: Telephone, browser: Browser) -> None:
    session = announced(call, title="<b>x</b>", place='"><script>alert(1)</script>')
    for page in ("/calendar", f"/sessions/{session}"):
        assert "<script>alert" not in browser.get(page).text
        assert "<b>x</b>" not in browser.get(page).text
