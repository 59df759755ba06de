"""附议: who is about to tell what others told in public supports it instead; the presses are counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_citizens_tasks import PHONE, WIDE, Hand
from tests.visitors import Visit, created

TITLE, CONTENT = "东街的路灯不亮", "东街的路灯坏了一个星期，请修一修。"


@pytest.fixture
def told(visit: Visit) -> str:
    """The id of a public opinion."""
    visit.receipt(title=TITLE, content=CONTENT, visibility="public")
    visit.consume(created(visit.clock.now()))
    opinion: str = visit.opinions()[0]["id"]
    visit.make_public(opinion)
    return opinion


def supports(page: Page, hand: Hand) -> None:
    """From the page of an opinion's support to the receipt, and back out of it."""
    hand.press("main form button")
    expect(page.locator("h1")).to_contain_text("您已附议")
    expect(page.locator("main")).to_contain_text("1 人附议")
    expect(page.locator(".receipt-code")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_what_others_told_is_offered_while_typing_and_supported_with_two_presses(come, visit, told, size):
    page = come(**size)
    hand = Hand(page)
    page.goto("/")
    page.locator("#title").press_sequentially("路灯不亮")
    page.locator("#content").press_sequentially("东街。")
    hand.press("#alike [data-support]")
    supports(page, hand)
    assert hand.done == (0, 0, 2)
    assert len(visit.opinions()) == 1
    page.goto(f"/public/opinions/{told}/support")
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("1 人附议")


@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_without_scripts_it_is_offered_after_submitting(come, visit, told, size):
    page = come(**size, java_script_enabled=False)
    hand = Hand(page)
    page.goto("/")
    page.fill("#title", "路灯不亮")
    page.fill("#content", "东街的路灯又坏了。")
    page.click("#typed > button")
    hand.press("#alike a[href$=support]")
    supports(page, hand)
    assert hand.done == (0, 0, 2)
    page.click("main details summary")
    page.click("main details button")
    expect(page.locator("h1")).to_contain_text("附议已撤回")
    page.goto(f"/public/opinions/{told}")
    expect(page.locator("#supporters")).to_contain_text("0 人附议")
