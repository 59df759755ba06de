"""Finding, reading and opening on the desk of a department: by keys, by the keyboard alone, and on a phone without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.console.embedded.front.combined_app import CombinedApp
from services.runtime.clock import FixedClock
from services.runtime.store.database import Database
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.pages import assets
from tests.browser.conftest import SECONDS, serving
from tests.browser.scenes import DUE
from tests.browser.test_by_keyboard import Keyboard
from tests.browser.test_citizens_tasks import PHONE, WIDE
from tests.stores import Templates
from tests.unit.routing.bureau import MIGRATIONS, Bureau, FakeAuthenticator

TITLES = tuple(f"第 {number:02} 段河堤" for number in range(33))
ROWS = "a[data-row]"
FOCUSED = "document.activeElement.textContent"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, templates: Templates) -> Iterator[str]:
    """The desk of the water bureau with more than a page, of which two are signed for."""
    clock, path = FixedClock(DUE), tmp_path_factory.mktemp("desk") / "routing.db"
    database = Database(templates.copy_file(path, "routing", (MIGRATIONS,)), "routing", clock)
    bureau = Bureau(database, clock)
    for place, title in enumerate(TITLES):
        made = bureau.accept(title, "jkn 请修。", "rivers")
        bureau.forge(made, reply_by=clock.now() + timedelta(days=30, hours=place))
        if place < 2:
            assert bureau.do(made, "sign").status_code == 200
    files = create_app("intake", None, assets.routes, FakeAuthenticator(), Telemetry())
    with serving(CombinedApp({"routing": bureau.client.application, "intake": files}, {})) as url:
        yield url
    database.close()


@pytest.fixture
def come(browser: Browser, address: str) -> Iterator[Any]:
    """Opens a tab of a clerk; what the browser complains about fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def come(**options: Any) -> Page:
        asked = {"Authorization": "Bearer water"}
        context = browser.new_context(
            base_url=address, locale="zh-CN", reduced_motion="reduce", extra_http_headers=asked, **options
        )
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        return page

    yield come
    for context in contexts:
        context.close()
    assert complaints == []


def test_keys_lead_through_rows_pages_and_cases_and_are_never_taken_from_a_field(come: Any) -> None:
    page = come(**WIDE)
    page.goto("/desk?topic=rivers")
    keys = page.keyboard
    for key, title in (("j", 0), ("j", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("k", 0), ("k", 0), ("j", 1)):
        keys.press(key)
        assert page.evaluate(FOCUSED) == TITLES[title]
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(TITLES[1])
    keys.press("n")
    expect(page.locator("h1")).to_have_text(TITLES[2])
    keys.press("p")
    expect(page.locator("h1")).to_have_text(TITLES[1])
    # What is written in a form is neither taken for keys nor left behind by one.
    page.click("#progress summary")
    page.click("#progress-content")
    keys.type("jknpu/?")
    assert page.input_value("#progress-content") == "jknpu/?"
    page.click("h1")
    keys.press("u")
    keys.press("n")
    assert page.input_value("#progress-content") == "jknpu/?"
    page.fill("#progress-content", "")
    page.click("h1")
    keys.press("u")
    page.wait_for_url("**/desk?topic=rivers")
    keys.press("n")
    expect(page.locator(ROWS)).to_have_text(list(TITLES[30:]))
    keys.press("p")
    expect(page.locator(ROWS)).to_have_count(30)
    keys.press("/")
    keys.type("jkn 段")
    assert page.input_value("#q") == "jkn 段"
    keys.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("共 33 件")
    keys.press("?")
    expect(page.locator("[data-keys] dl")).to_be_visible()
    page.uncheck("[data-keys] input")
    page.reload()
    page.click("h1")
    keys.press("j")
    assert page.evaluate("document.activeElement.matches('[data-row]')") is False
    page.click("[data-keys] summary")
    page.check("[data-keys] input")
    page.click("h1")
    keys.press("j")
    assert page.evaluate(FOCUSED) == TITLES[0]


@pytest.mark.parametrize("way", [WIDE, {**PHONE, "java_script_enabled": False}], ids=["wide", "phone-plain"])
def test_several_states_are_ticked_searched_and_opened_by_the_keyboard_alone(come: Any, way: dict[str, Any]) -> None:
    page = come(**way)
    page.goto("/desk")
    keys = Keyboard(page)
    keys.type("#q", "河堤")
    keys.reach("form.search .filters > summary")
    page.keyboard.press("Enter")
    keys.reach("#state summary")
    page.keyboard.press("Enter")
    for state in ("signed", "paused"):
        keys.reach(f"#state input[value={state}]")
        page.keyboard.press("Space")
    keys.press("form.search .filters button")
    expect(page.locator(ROWS)).to_have_text(list(TITLES[:2]))
    expect(page.locator("#state input:checked")).to_have_count(2)
    keys.press(ROWS)
    expect(page.locator("h1")).to_have_text(TITLES[0])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keys.press("main [data-up]")
    expect(page.locator(ROWS)).to_have_text(list(TITLES[:2]))
    assert "state=signed%2Cpaused" in page.url
