"""What a visitor does with the pages of intake, in a real browser."""

from __future__ import annotations

from datetime import datetime

import pytest
from playwright.sync_api import Page, expect

from services.runtime.clock import ZONE
from tests.browser.conftest import PHONE
from tests.browser.doing import follow
from tests.browser.looking import FAINT, SMALL
from tests.visitors import created, progressed, replied, signed

DUE = datetime(2026, 12, 14, 23, 59, 59, tzinfo=ZONE)
MOST_TABS = 40


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    wanted = page.locator(selector)
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{selector} cannot be reached with the Tab key")


def fill(page: Page, **fields: str) -> None:
    page.goto("/")
    if "phone" in fields:
        page.click("#contact summary")
    for name, text in fields.items():
        page.fill(f"#{name}", text)


def test_an_opinion_is_submitted_with_the_keyboard_alone(come, visit):
    page = come()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    tab_to(page, "#title")
    page.keyboard.insert_text("路灯不亮")
    tab_to(page, "#content")
    page.keyboard.insert_text("东门路口的路灯坏了一个星期。")
    tab_to(page, "#where summary")
    page.keyboard.press("Enter")
    tab_to(page, "#area")
    page.keyboard.type("城东")
    tab_to(page, "#contact summary")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=visibility][value=department]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "#typed > button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/receipts/*/submitted")
    code = page.locator(".receipt-code").inner_text()
    assert page.url.endswith(f"{code.replace('-', '')}/submitted")
    expect(page.locator("h1")).to_contain_text("提交成功")
    (row,) = visit.opinions()
    assert (row["title"], row["visibility"]) == ("路灯不亮", "congress")


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_mistakes_are_shown_beside_the_field_and_corrected(come, script):
    page = come(java_script_enabled=script)
    fill(page, title="路灯不亮", content="坏了", phone="打给我")
    page.click("#typed > button")
    expect(page.locator("#phone-mistake")).to_be_visible()
    expect(page.locator("#mistakes")).to_be_focused()
    expect(page.locator("#title")).to_have_value("路灯不亮")
    expect(page.locator("#phone")).to_have_value("打给我")
    page.fill("#phone", "0577-62123456")
    page.click("#typed > button")
    expect(page.locator(".receipt-code")).to_be_visible()


def test_going_back_and_sending_again_is_the_same_opinion(come, visit):
    page = come(java_script_enabled=False)
    fill(page, title="路灯不亮", content="坏了")
    follow(page, "#typed > button")
    first = page.locator(".receipt-code").inner_text()
    page.go_back()
    page.fill("#title", "路灯不亮")
    page.fill("#content", "坏了")
    follow(page, "#typed > button")
    assert page.locator(".receipt-code").inner_text() == first
    assert len(visit.opinions()) == 1


def test_a_visitor_follows_rates_and_is_thanked_without_javascript(come, visit):
    page = come(java_script_enabled=False)
    fill(page, title="河边夜里倒垃圾", content="每晚有车来。")
    follow(page, "#typed > button")
    code = page.locator(".receipt-code").inner_text()
    visit.consume(created(DUE), signed(DUE), progressed("正在查。"), replied(DUE))
    page.goto("/receipts")
    page.fill("#receipt", code.lower())
    page.click("form[role=search] button")
    expect(page.locator("[aria-labelledby=reply] blockquote")).to_have_text("已清运，并装了摄像头。")
    page.locator("label", has=page.locator("input[name=result][value=satisfied]")).click()
    page.click("text=提交评价")
    expect(page.locator("#evaluation")).to_contain_text("谢谢您的评价")


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1200, "height": 900}}, {"color_scheme": "dark"}])
def test_no_page_scrolls_sideways_and_everything_is_large_enough_to_touch(come, visit, options):
    path = visit.receipt(title="W" * 120, content="x")
    visit.consume(created(DUE, rule="keywords: " + "z" * 300), signed(DUE), progressed("y" * 400), replied(DUE, "v" * 400))
    page = come(**options)
    for where in ("/", "/receipts", "/receipts?receipt=nonsense", path, "/nowhere"):
        page.goto(where)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{where} is {wide} px too wide"
        small = page.evaluate(SMALL)
        assert small == [], where


def gap(page, above):
    """How far (px) the button of the form stands below an element."""
    upper = page.locator(above).bounding_box()
    return page.locator(".folds + button").bounding_box()["y"] - upper["y"] - upper["height"]


@pytest.mark.parametrize("options", [PHONE, {"viewport": {"width": 1280, "height": 900}}], ids=["phone", "wide"])
def test_the_button_keeps_its_distance_from_what_is_folded_away_above_it(come, options):
    page = come(**options)
    page.goto("/")
    assert gap(page, "#cosigners") >= 16
    page.click("#cosigners summary")
    assert gap(page, "#cosigner3_email") >= 16
    tops = [page.locator(f"#cosigner1_{name}").bounding_box()["y"] for name in ("name", "phone", "email")]
    assert len(set(tops)) == (3 if options is PHONE else 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_what_is_behind_it(come, visit, scheme):
    path = visit.receipt()
    visit.consume(created(DUE), replied(DUE))
    page = come(color_scheme=scheme)
    for where in ("/", path):
        page.goto(where)
        assert page.evaluate(FAINT) == [], where
