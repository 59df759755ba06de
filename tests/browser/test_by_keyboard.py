"""What the public and citizens come for is done by keyboard alone, and who does it sees all the way where they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.contracts.people.callers import NOBODY, Caller, Role
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from tests.browser.conftest import EXPECTED_STATUS, SECONDS, serving
from tests.browser.scenes import DUE
from tests.browser.test_citizens_tasks import PHONE, WIDE
from tests.stores import Templates
from tests.visitors import MIGRATIONS, FakeAuthenticator, Visit, created, replied, signed

#: The ways to come; the public pages have no scripts.
WAYS: Mapping[str, Mapping[str, Any]] = {"phone": PHONE, "wide": WIDE, "phone-plain": {**PHONE, "java_script_enabled": False}}
#: More stops than any page has before what somebody looks for.
MOST_STOPS = 60
#: A smooth scroll has ended by then (milliseconds).
SCROLLING = 1_000
#: Whether the focus is on what is looked for, is to be seen, and is marked.
STANDING = """selector => {
  const focused = document.activeElement, shown = focused.closest('.choice') ?? focused
  const style = getComputedStyle(shown), box = shown.getBoundingClientRect()
  const seen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
  return [focused.matches(selector), seen && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0, focused.outerHTML]
}"""


class Office(FakeAuthenticator):
    """Takes whoever says who they are for a reviewer."""

    def caller(self, header: str | None) -> Caller:
        return Caller(Role.REVIEWER) if header else NOBODY


class Keyboard:
    """The keys of somebody who has no pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> None:
        """Go on from stop to stop until one is what is looked for."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            there, marked, what = self.page.evaluate(STANDING, selector)
            if not marked:
                # A long page scrolls smoothly to where the focus is.
                self.page.wait_for_timeout(SCROLLING)
                there, marked, what = self.page.evaluate(STANDING, selector)
            assert marked, f"nobody sees where the focus is: {what[:200]}"
            if there:
                return
        raise AssertionError(f"{selector} is not reached by the keyboard on {self.page.url}")

    def press(self, selector: str) -> None:
        """Reach a link or a button and follow it."""
        self.reach(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, selector: str, text: str) -> None:
        """Reach a field and type."""
        self.reach(selector)
        self.page.keyboard.insert_text(text)


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[Visit]:
    """Intake with two public opinions, one of which is answered."""
    clock, file = FixedClock(DUE - timedelta(days=30)), tmp_path_factory.mktemp("keyboard") / "intake.db"
    database = Database(templates.copy_file(file, "intake", (MIGRATIONS,)), "intake", clock)
    visit = Visit(database, clock, authenticator=Office())
    for fields in ({"title": "东街的路灯不亮", "topic": "street-lights"}, {"title": "河边有人倒垃圾", "topic": "rivers"}):
        visit.receipt(content="请派人看看。", visibility="public", **fields)
        visit.consume(created(DUE), signed(DUE))
        visit.make_public(visit.opinions()[0]["id"])
    yield visit
    database.close()


@pytest.fixture(scope="module")
def address(visit: Visit) -> Iterator[str]:
    with serving(visit.app) as url:
        yield url


@pytest.fixture(scope="module")
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """One tab for each way to come; what the browser complains about fails the test."""
    # Else the page is still on its way to the focus when it is looked at.
    context = browser.new_context(base_url=address, locale="zh-CN", reduced_motion="reduce", **WAYS[request.param])
    context.set_default_timeout(SECONDS * 1000)
    made, complaints = context.new_page(), list[str]()
    made.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    yield made
    context.close()
    assert [text for text in complaints if EXPECTED_STATUS not in text] == []


@pytest.mark.parametrize("page", ["phone", "wide"], indirect=True, scope="module")
def test_the_public_browses_filters_searches_reads_and_supports(page: Page) -> None:
    keys = Keyboard(page)
    page.goto("/")
    keys.press(".links a[href='/public']")
    expect(page.locator(".cases h2")).to_have_count(2)

    keys.reach("form.search summary")
    page.keyboard.press("Enter")
    keys.reach("#topic")
    page.keyboard.press("ArrowDown")
    while page.input_value("#topic") != "street-lights":
        page.keyboard.press("ArrowDown")
    keys.press("form.search button")
    expect(page.locator(".cases h2")).to_have_text(["东街的路灯不亮"])
    keys.press(".chips a")
    expect(page.locator(".cases h2")).to_have_count(2)

    keys.type("#q", "垃圾")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".cases h2")).to_have_text(["河边有人倒垃圾"])
    keys.reach("main a[href$='feed.atom?q=%E5%9E%83%E5%9C%BE']")

    page.goto("/public")
    keys.press(".cases a")
    expect(page.locator("h1")).to_have_text("河边有人倒垃圾")
    keys.press("a[href^='/public/departments/']")
    expect(page.locator(".cases h2")).to_have_count(2)
    keys.reach("a[href*='feed.atom']")
    assert page.request.get(str(page.evaluate("document.activeElement.href"))).status == 200

    page.go_back()
    keys.press("a[href$='/support']")
    keys.press("main form button")
    expect(page.locator("h1")).to_contain_text("您已附议")


@pytest.mark.parametrize("page", [*WAYS], indirect=True, scope="module")
def test_a_citizen_submits_looks_up_and_rates(page: Page, visit: Visit) -> None:
    keys = Keyboard(page)
    page.goto("/")
    keys.reach(".skip")
    page.keyboard.press("Enter")
    keys.type("#title", "桥上的栏杆断了")
    keys.type("#content", "已经三天了。")
    keys.press("#typed > button")
    expect(page.locator("h1")).to_contain_text("提交成功")
    code = page.locator(".receipt-code").inner_text()
    visit.consume(created(DUE), signed(DUE), replied(DUE))

    keys.press(".links a[href='/receipts']")
    keys.type("#receipt", code)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.reach("input[name=result]")
    page.keyboard.press("Space")
    expect(page.locator("input[name=result]:checked")).to_have_count(1)
    keys.press("#evaluation form button")
    expect(page.locator("#evaluation")).to_contain_text("谢谢您的评价")


@pytest.mark.parametrize("page", ["wide", "phone-plain"], indirect=True, scope="module")
def test_the_navigation_of_staff_is_one_row_that_unfolds(page: Page) -> None:
    keys = Keyboard(page)
    page.set_extra_http_headers({"Authorization": "Bearer reviewer"})
    try:
        page.goto("/publications")
        is_phone = page.locator(".menu").is_visible()
        assert is_phone is (page.viewport_size == PHONE["viewport"])
        if is_phone:
            assert page.locator("header").evaluate("each => each.offsetHeight") < 80
            keys.reach(".menu summary")
            page.keyboard.press("Enter")
        keys.press("nav a[href='/cases']")
        expect(page.locator("h1")).to_be_visible()
    finally:
        page.set_extra_http_headers({})
