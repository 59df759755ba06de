"""Without a network what is submitted is kept on the device, and becomes one opinion each, however often it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Route, expect

from tests.browser.conftest import SECONDS
from tests.unit.intake.pictures import photo

READY = "navigator.serviceWorker.ready.then(() => true)"
TITLES = ["路灯不亮", "河堤塌了", "垃圾没清"]


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone that has opened the form once; what the policy forbids or a script stumbles over fails the test."""
    context = browser.new_context(base_url=address, locale="zh-CN", viewport={"width": 390, "height": 844}, is_mobile=True)
    context.set_default_timeout(SECONDS * 1000)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert [text for text in complaints if "Failed to load resource" not in text] == []


@contextmanager
def offline(phone: BrowserContext) -> Iterator[None]:
    phone.set_offline(True)
    yield
    phone.set_offline(False)


def submit(page: Page, title: str) -> None:
    page.fill("#title", title)
    page.fill("#content", f"{title}，请派人看看。")
    page.click("#typed > button")


def opened(phone: BrowserContext) -> Page:
    page = phone.new_page()
    page.goto("/")
    assert page.evaluate(READY)
    return page


def test_three_forms_without_a_network_are_three_opinions_when_it_is_back(phone: BrowserContext, visit: Any) -> None:
    page, lost = opened(phone), list[str]()

    def lose(route: Route) -> None:
        """The server takes it, and the answer is lost on its way."""
        if len(lost) < 2:
            lost.append(route.request.url)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    with offline(phone):
        page.reload()
        for count, title in enumerate(TITLES, 1):
            submit(page, title)
            expect(page.locator("#drafts li")).to_have_count(count)
        expect(page.locator("#title")).to_have_value("")
        other = phone.new_page()
        other.goto("/")
        expect(other.locator("#drafts li")).to_have_count(3)
        assert visit.opinions() == []
        phone.route("**/opinions", lose)
    expect(page.locator("#drafts")).to_be_visible()
    page.reload()
    page.reload()
    expect(page.locator("#drafts a")).to_have_count(3)
    assert sorted(row["title"] for row in visit.opinions()) == sorted(TITLES)
    assert len(lost) == 2
    page.locator("#drafts a").first.click()
    expect(page.locator("h1")).to_contain_text("提交成功")


def test_a_kept_form_is_changed_deleted_and_sent_back_when_something_is_wrong(phone: BrowserContext, visit: Any) -> None:
    page = opened(phone)
    with offline(phone):
        submit(page, "甲")
        expect(page.locator("#drafts li")).to_have_count(1)
        submit(page, "乙")
        expect(page.locator("#drafts li")).to_have_count(2)
        page.locator("#drafts li", has_text="甲").locator("[data-delete]").click()
        expect(page.locator("#drafts li")).to_have_count(1)
        page.click("[data-edit]")
        expect(page.locator("#title")).to_have_value("乙")
        page.click("#contact summary")
        page.fill("#phone", "打给我")
        page.click("#typed > button")
        page.fill("#title", "")
        page.click("#typed > button")
        expect(page.locator("#title")).to_be_focused()
    expect(page.locator("#drafts li")).to_contain_text("乙")
    page.reload()
    page.locator("#drafts li", has_text="请检查").locator("[data-edit]").click()
    page.click("#contact summary")
    page.fill("#phone", "")
    page.click("#typed > button")
    page.wait_for_url("**/submitted")
    assert [row["title"] for row in visit.opinions()] == ["乙"]


def test_what_is_typed_while_a_slow_network_is_tried_stays(phone: BrowserContext) -> None:
    page, tried = opened(phone), list[Route]()
    page.route("**/*", lambda route: tried.append(route) if route.request.method == "POST" else route.continue_())
    submit(page, "甲")
    expect(page.locator("#typed[aria-busy]")).to_have_count(1)
    page.fill("#title", "乙")
    tried[0].abort()
    expect(page.locator("#drafts li")).to_contain_text("甲")
    expect(page.locator("#title")).to_have_value("乙")


def test_photos_are_made_small_and_kept_after_a_mistake_elsewhere(phone: BrowserContext, visit: Any) -> None:
    page = opened(phone)
    page.fill("#title", "河堤")
    page.fill("#content", "东街桥下。")
    page.click("#more-photos summary")
    large = photo(size=(4000, 3000), quality=100) + b" " * 2_000_000
    page.set_input_files("#photos", FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=large))
    page.click("#contact summary")
    page.fill("#phone", "打给我")
    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")) if request.method == "POST" else None)
    page.click("#typed > button")
    expect(page.locator("#phone-mistake")).to_be_visible()
    expect(page.locator("#photos-mistake")).to_have_count(0)
    assert page.evaluate("document.getElementById('photos').files.length") == 1
    page.fill("#phone", "")
    page.click("#typed > button")
    page.wait_for_url("**/submitted")
    page.goto(page.url.removesuffix("/submitted"))
    expect(page.locator(".photos img")).to_have_count(1)
    assert max(sent) < 1_500_000
    assert len(visit.opinions()) == 1
