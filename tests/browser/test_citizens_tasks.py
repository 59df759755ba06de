"""What citizens come for, on a phone and on a wide screen, with and without scripts: the presses are counted."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_intake_pages import DUE
from tests.visitors import created, replied, signed

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WIDE: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
WAYS = [{**size, "java_script_enabled": script} for size in (PHONE, WIDE) for script in (True, False)]
NAMES = [f"{size}-{script}" for size in ("phone", "wide") for script in ("scripts", "plain")]


class Hand:
    """Fills fields and presses, and counts both."""

    def __init__(self, page: Page) -> None:
        self.page, self.fields, self.choices, self.presses = page, 0, 0, 0

    def fill(self, selector: str, text: str) -> None:
        self.page.fill(selector, text)
        self.fields += 1

    def choose(self, selector: str) -> None:
        self.page.locator("label", has=self.page.locator(selector)).click()
        self.choices += 1

    def press(self, selector: str) -> None:
        self.page.click(selector)
        self.presses += 1

    @property
    def done(self) -> tuple[int, int, int]:
        return self.fields, self.choices, self.presses


@pytest.fixture(params=WAYS, ids=NAMES)
def hand(request: pytest.FixtureRequest, come: Any) -> Hand:
    return Hand(come(**request.param))


def bottom(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_everything_a_citizen_comes_for_takes_a_field_or_two_and_one_press(hand, visit):
    page, height = hand.page, hand.page.viewport_size["height"]
    page.goto("/")
    assert bottom(page.locator("#typed > button")) < height * 1.1
    hand.fill("#title", "路灯不亮")
    hand.fill("#content", "东门路口的路灯坏了一个星期。")
    hand.press("#typed > button")
    expect(page.locator("h1")).to_contain_text("提交成功")
    assert hand.done == (2, 0, 1)
    expect(page.locator(".ahead")).to_contain_text("2026年")
    confirmed, code = page.url, page.locator(".receipt-code").inner_text()
    visit.consume(created(DUE), signed(DUE))
    page.reload()
    expect(page.locator("h1")).to_contain_text("提交成功")
    page.go_back()
    page.go_forward()
    assert page.url == confirmed

    page.goto("/receipts")
    looking = Hand(page)
    looking.fill("#receipt", code)
    looking.press("form[role=search] button")
    promised = page.locator(".promised")
    expect(promised).to_contain_text("2026年12月14日")
    assert looking.done == (1, 0, 1)
    assert bottom(promised) < height
    assert page.locator("blockquote", has_text="坏了一个星期").is_hidden()

    visit.consume(replied(DUE))
    page.reload()
    rating = Hand(page)
    rating.choose("input[name=result][value=satisfied]")
    rating.press("text=提交评价")
    expect(page.locator("#evaluation")).to_contain_text("谢谢您的评价")
    assert rating.done == (0, 1, 1)
    assert len(visit.opinions()) == 1


def test_the_language_is_changed_without_losing_a_word(hand, visit):
    page = hand.page
    page.goto("/")
    page.fill("#title", "路灯不亮")
    page.click("#contact summary")
    page.fill("#phone", "打给我")
    page.click("#typed > button")
    expect(page.locator("#phone-mistake")).to_be_visible()
    page.click("button[lang=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#title")).to_have_value("路灯不亮")
    expect(page.locator("#phone")).to_have_value("打给我")
    page.fill("#content", "坏了一个星期。")
    page.fill("#phone", "")
    page.click("#typed > button")
    expect(page.locator("h1")).to_contain_text("Submitted")
    assert [row["title"] for row in visit.opinions()] == ["路灯不亮"]


def test_two_quick_presses_are_one_opinion(hand, visit):
    page = hand.page
    page.goto("/")
    page.fill("#title", "路灯不亮")
    page.fill("#content", "坏了")
    page.locator("#typed > button").dblclick(no_wait_after=True)
    page.wait_for_url("**/submitted")
    assert len(visit.opinions()) == 1


def test_the_topic_is_suggested_while_typing_and_taken_with_one_press(come, visit):
    page = come(**PHONE)
    asked: list[str | None] = []
    topic = {"code": "street-lights", "name": "路灯", "name_en": "Street lights"}

    def answer(route: Route) -> None:
        asked.append(route.request.post_data)
        route.fulfill(json={"items": [topic]})

    page.route("**/api/v1/routes/suggestion", answer)
    page.goto("/")
    page.locator("#title").press_sequentially("东门路口的路灯不亮")
    page.click("#suggested button")
    expect(page.locator("#topic")).to_have_value("street-lights")
    expect(page.locator("#suggested")).to_be_hidden()
    page.fill("#content", "坏了一个星期。")
    page.click("#typed > button")
    page.wait_for_url("**/submitted")
    assert len(asked) == 1
    assert [row["topic"] for row in visit.opinions()] == ["street-lights"]
