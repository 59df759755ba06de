"""The pages of sessions with people: what they show, and what is done on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from tests.browser.viewing import A_DEPUTY, Shown
from tests.integration.whole.county import County


def announced(county: County, days: int, **said: Any) -> str:
    """A session some days from now that is announced; gives its id."""
    at = county.clock.now() + timedelta(days=days)
    body = {
        "kind": "reception", "title": "周二代表有约", "brand": "周二代表有约", "at": at.isoformat(),
        "ends": (at + timedelta(hours=2)).isoformat(), "station": "chengdong", "place": "联络站一楼会议室", "slots": 12,
        "theme": "老旧小区停车与充电", "departments": ["city-management"],
        "officials": [{"department": "city-management", "title": "局长"}], **said,
    }  # fmt: skip
    status, made = county.post("/sessions", body, "supervisor")
    assert status == 201, made
    status, answer = county.post(f"/sessions/{made['id']}/announce", {"reason": "群众反映集中，提前安排。"}, "supervisor")
    assert status == 200, answer
    return str(made["id"])


def sessions(county: County) -> Mapping[str, str]:
    """A plan, a session to come and one that was held against a rule, and themes in several states."""
    plan = {"title": "每月十五", "kind": "mobile", "rule": "monthly", "day": 15, "from": "2026-03-01", "time": "09:00"}
    assert county.put("/plans/fifteenth", plan, "supervisor")[0] == 200
    coming, held, cancelled = announced(county, 9), announced(county, 1, ends=None), announced(county, 10, title="企业座谈")
    assert county.post(f"/sessions/{cancelled}/cancel", {"reason": "台风影响。"}, "supervisor")[0] == 200
    for title, source in (("小区停车", "words"), ("河道保洁", "person"), ("公交线路", "plan")):
        theme = {"title": title, "source": source, "kind": "chief", "support": 96}
        _, made = county.post("/themes", theme, "supervisor")
        if source != "person":
            county.post(f"/themes/{made['id']}/shortlist", {}, "supervisor")
        if source == "plan":
            county.post(f"/themes/{made['id']}/choose", {}, "supervisor")
    county.later(timedelta(days=1, hours=1))
    came = {"deputies": ["wx-017"], "visitors": 14, "observers": 2, "reason": "一名代表因病未到。"}
    status, answer = county.post(f"/sessions/{held}/hold", came, "supervisor")
    assert status == 200, answer
    status, answer = county.post("/lists/problem/publish", {"station": "chengdong", "year": 2026}, "supervisor")
    assert status == 200, answer
    return {"coming": coming, "held_session": held, "cancelled": cancelled}


def record_nothing(page: Page) -> None:
    page.click("form[action$='/moves/minutes'] >> xpath=.. >> summary")
    page.click("form[action$='/moves/minutes'] button")


def be_there(page: Page) -> None:
    page.click("form[action$='/attendance'] button")


def enter_nothing(page: Page) -> None:
    page.click("#entry > button")


SESSION_PAGES: Mapping[str, Shown] = {
    "calendar": Shown("/calendar"),
    "calendar-month": Shown("/calendar?month=2026-05"),
    "calendar-nothing": Shown("/calendar?station=chengdong-2"),
    "lists-published": Shown("/sessions/lists/published?year=2026"),
    "lists-published-nothing": Shown("/sessions/lists/published?year=2025", "supervisor"),
    "list-published": Shown("/sessions/lists/problem/2026?station=chengdong"),
    "session": Shown("/sessions/{coming}"),
    "session-cancelled": Shown("/sessions/{cancelled}"),
    "session-keeper": Shown("/sessions/{coming}", "station:chengdong"),
    "session-held": Shown("/sessions/{held_session}", "supervisor"),
    "session-mistakes": Shown("/sessions/{held_session}", "supervisor", record_nothing),
    "attendance": Shown("/c/{scanned}", A_DEPUTY),
    "attendance-another-day": Shown("/c/{scanned}", A_DEPUTY, be_there),
    "sessions": Shown("/sessions", "supervisor"),
    "session-new": Shown("/sessions/new?theme=停车&kind=chief", "station:chengdong"),
    "session-new-mistakes": Shown("/sessions/new", "supervisor", enter_nothing),
    "session-details": Shown("/sessions/{coming}/details", "supervisor"),
    "plans": Shown("/plans", "supervisor"),
    "plan": Shown("/plans/entry?code=fifteenth", "supervisor"),
    "plan-mistakes": Shown("/plans/entry", "supervisor", enter_nothing),
    "themes": Shown("/themes"),
    "themes-office": Shown("/themes?title=河堤", "supervisor"),
    "themes-mistakes": Shown("/themes", "supervisor", enter_nothing),
}
