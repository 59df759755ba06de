"""What a department comes for: a clerk answers, a head lets the answer out. Presses are counted, and keys alone will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.runtime.clock import ZONE, FixedClock
from tests.browser.conftest import SECONDS, serving
from tests.browser.test_by_keyboard import Keyboard
from tests.browser.test_citizens_tasks import NAMES, WAYS, Hand
from tests.integration.whole.county import County
from tests.integration.whole.test_every_move import TOWN
from tests.stores import Templates

#: A department whose answers its head has to let out.
CLERK, HEAD, TOPIC = "housing", "head:housing", "urban-construction"
TEXT = {"title": "已修复", "content": "您反映的“{标题}”已修复。"}
ways = pytest.mark.parametrize("way", WAYS, ids=NAMES)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[County]:
    """The four services, and a template that the department keeps."""
    made = County(templates, tmp_path_factory.mktemp("desk"), TOWN, FixedClock(datetime(2026, 3, 2, 9, 30, tzinfo=ZONE)))
    status, answer = made.post(f"/departments/{CLERK}/templates", TEXT, CLERK)
    assert status == 201, answer
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(county: County) -> Iterator[str]:
    with serving(county.whole()) as url:
        yield url


@pytest.fixture(scope="module")
def come(browser: Browser, address: str) -> Callable[..., Any]:
    """Opens a tab for somebody, which is closed behind them."""

    @contextmanager
    def coming(who: str, **way: Any) -> Iterator[Page]:
        context = browser.new_context(
            base_url=address, locale="zh-CN", reduced_motion="reduce", extra_http_headers={"Authorization": f"Bearer {who}"}, **way
        )
        context.set_default_timeout(SECONDS * 1000)
        try:
            yield context.new_page()
        finally:
            context.close()

    return coming


def assigned(county: County, title: str) -> str:
    """An opinion that the department is given; returns the assignment's id."""
    status, made = county.post("/opinions", {"title": title, "content": "请尽快修。", "topic": TOPIC}, "reviewer")
    assert status == 201, made
    county.pump()
    (found,) = county.get("/assignments", opinion=made["id"])[1]["items"]
    return str(found["id"])


def state_of(county: County, assignment: str) -> str:
    return str(county.get(f"/assignments/{assignment}")[1]["state"])


@ways
def test_an_answer_takes_four_presses_and_letting_it_out_two(county: County, come: Any, way: dict[str, Any]) -> None:
    one = assigned(county, "外墙掉了一块")
    with come(CLERK, **way) as page:
        clerk = Hand(page)
        page.goto("/desk")
        clerk.press(f"a[data-row][href^='/desk/{one}']")
        clerk.press("#reply > summary")
        clerk.fill("#reply-content", "已派人修好。")
        clerk.choose("input[name=reply-outcome][value=solved]")
        clerk.press("#reply form > button[type=submit]:not([name])")
        expect(page.locator(".notice.good")).to_contain_text("外墙掉了一块")
        assert clerk.presses + clerk.choices <= 4
    assert state_of(county, one) == "drafted"
    with come(HEAD, **way) as page:
        head = Hand(page)
        page.goto("/desk")
        head.press(f"a[data-row][href^='/desk/{one}']")
        head.press("form[action$='/approve'] button")
        expect(page.locator("main")).to_contain_text("已派人修好。")
        assert head.presses <= 2
    assert state_of(county, one) == "replied"


@ways
def test_both_do_it_with_keys_alone(county: County, come: Any, way: dict[str, Any]) -> None:
    one = assigned(county, "楼道的灯不亮")
    with come(CLERK, **way) as page:
        keys = Keyboard(page)
        page.goto("/desk")
        keys.press(f"a[data-row][href^='/desk/{one}']")
        keys.reach("#reply > summary")
        page.keyboard.press("Enter")
        keys.type("#reply-content", "灯已换好。")
        keys.reach("#reply input[type=radio]")
        page.keyboard.press("Space")
        keys.press("#reply form > button[type=submit]:not([name])")
        expect(page.locator(".notice.good")).to_contain_text("楼道的灯不亮")
    with come(HEAD, **way) as page:
        keys = Keyboard(page)
        page.goto("/desk")
        keys.press(f"a[data-row][href^='/desk/{one}']")
        keys.press("form[action$='/approve'] button")
        expect(page.locator("main")).to_contain_text("灯已换好。")
    assert state_of(county, one) == "replied"


@ways
def test_a_template_is_put_behind_what_was_typed_and_with_scripts_at_once(county: County, come: Any, way: dict[str, Any]) -> None:
    one, there = assigned(county, "下水道堵了"), f"/desk/{assigned(county, '井盖响')}"
    with come(CLERK, **way) as page:
        page.goto(f"/desk/{one}")
        page.click("#reply > summary")
        page.fill("#reply-content", "您好：")
        page.select_option("#reply-template", label=TEXT["title"])
        page.click("#reply button[name=put]", click_count=2 if way["java_script_enabled"] else 1)
        expect(page.locator("#reply-content")).to_have_value("您好：\n\n您反映的“下水道堵了”已修复。")
        assert page.url.endswith("/reply") is not way["java_script_enabled"]
        page.goto(there)
        page.click("#reply > summary")
        # Nothing is chosen: nothing happens to what was typed.
        page.fill("#reply-content", "您好：")
        page.click("#reply button[name=put]")
        expect(page.locator("#reply-content")).to_have_value("您好：")
    assert state_of(county, one) == "assigned"


def test_two_clerks_and_two_heads_at_once_are_told_and_lose_nothing(county: County, come: Any) -> None:
    one = assigned(county, "围墙要倒")
    send, wide = "#reply form > button[type=submit]:not([name])", WAYS[2]
    with come(CLERK, **wide) as mine, come(CLERK, **wide) as theirs:
        for page in (mine, theirs):
            page.goto(f"/desk/{one}")
            page.click("#reply > summary")
            page.check("#reply input[value=solved]")
        county.clock.instant += timedelta(minutes=1)
        theirs.fill("#reply-content", "同事写的答复。")
        theirs.click(send)
        expect(theirs.locator(".notice.good")).to_be_visible()
        mine.fill("#reply-content", "我写的答复。")
        mine.click(send)
        expect(mine.locator(".notice.warn")).to_be_visible()
        expect(mine.locator("main")).to_contain_text("同事写的答复。")
        expect(mine.locator("#reply-content")).to_have_value("我写的答复。")
    with come(HEAD, **wide) as slow, come(HEAD, **wide) as quick:
        for page in (slow, quick):
            page.goto(f"/approvals/{one}")
        county.clock.instant += timedelta(minutes=1)
        quick.click("#approving summary")
        quick.fill("#reason", "请写明日期。")
        quick.click("form[action$='/amend'] button")
        quick.wait_for_url("**/cases/*")
        slow.click("form[action$='/approve'] button")
        expect(slow.locator(".notice.warn")).to_be_visible()
    assert state_of(county, one) == "signed"
