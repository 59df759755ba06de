"""The pages of a case with everything in it, and the form for several who sign together, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.doing import follow
from tests.browser.looking import FAINT, SMALL
from tests.unit.intake.whole_case import after_the_reply, answer, at_the_end, before_the_reply
from tests.visitors import Visit, concluded

WAYS = [{**PHONE, "java_script_enabled": True}, {"viewport": {"width": 1200, "height": 900}}, {"color_scheme": "dark"}]


def live_through(visit: Visit) -> str:
    path = visit.receipt()
    visit.consume(*before_the_reply(), answer(), *after_the_reply())
    return path


@pytest.mark.parametrize("options", WAYS, ids=["phone", "wide", "dark"])
def test_a_case_with_everything_in_it_fits_and_can_be_read(come, visit, options):
    path = live_through(visit)
    page = come(**options)
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(SMALL) == []
    assert page.evaluate(FAINT) == []
    expect(page.locator("#promises")).to_be_visible()
    visit.consume(concluded(), *at_the_end())
    page.reload()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate(FAINT) == []


def test_several_sign_on_a_phone_without_javascript_and_each_rates(come, visit):
    page = come(**PHONE, java_script_enabled=False)
    page.goto("/")
    page.fill("#title", "路灯不亮")
    page.fill("#content", "坏了")
    page.click("#cosigners summary")
    page.fill("#cosigner1_name", "李四")
    page.fill("#cosigner2_phone", "0577-62510000")
    assert page.evaluate(SMALL) == []
    follow(page, "#typed > button")
    codes = page.locator("[aria-labelledby=their-receipts] strong").all_inner_texts()
    assert len(codes) == 2
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    expect(page.locator("h1")).to_contain_text("提交成功")
    visit.consume(answer())
    for code in codes:
        page.goto("/receipts")
        page.fill("#receipt", code)
        follow(page, "form[role=search] button")
        assert page.locator("#withdrawal").count() == 0
        page.locator("label", has=page.locator("input[name=result][value=dissatisfied]")).click()
        page.fill("#comment", "还没有修好。")
        page.click("text=提交评价")
        expect(page.locator("#evaluation")).to_contain_text("谢谢您的评价")


def test_second_thoughts_are_folded_away_and_open_without_javascript(come, visit):
    page = come(java_script_enabled=False)
    path = visit.receipt()
    visit.consume(answer())
    page.goto(path)
    page.locator("label", has=page.locator("input[name=result][value=satisfied]")).click()
    page.click("text=提交评价")
    expect(page.locator("#revision form")).to_be_hidden()
    page.click("#revision summary")
    page.locator("label", has=page.locator("input[name=result][value=dissatisfied]")).click()
    page.click("#revision button")
    expect(page.locator("#revision #comment-mistake")).to_contain_text("请写明原因")
    page.fill("#revision #comment", "后来又坏了。")
    page.click("#revision button")
    page.click("#evaluation summary")
    expect(page.locator("#evaluation")).to_contain_text("不满意")
    assert page.locator("#revision").count() == 0
