"""Notices in a browser: an open page says what has become new, and stops asking once nobody is there; by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.notify.pages.routes import PAGES
from services.runtime.clock import FixedClock
from services.runtime.telemetry import Telemetry
from services.runtime.web.application import create_app
from services.runtime.web.pages import assets
from services.runtime.web.routes import Routes
from tests.browser.conftest import SECONDS, serving
from tests.unit.notify.calling import FakeAuthenticator
from tests.unit.notify.cases import Case
from tests.unit.notify.scenes import Scene, scene_on

ROUTES = Routes([*PAGES, *assets.routes])
NEWS = "[data-news]"
ASKED = re.compile(r"/notices/new\?")
#: Longer than a page waits until it asks again, and than it goes on asking when nobody does anything (ms).
A_WHILE, LONG = 61_000, 700_000


@pytest.fixture
def scene(sqlite_database: Any, clock: FixedClock) -> Scene:
    return scene_on(sqlite_database, clock)


@pytest.fixture
def page(browser: Browser, scene: Scene) -> Iterator[Page]:
    """A tab of somebody of the department of water, at whose page time passes as the test says."""
    with serving(create_app("notify", scene.service, ROUTES, FakeAuthenticator(), Telemetry())) as address:
        context = browser.new_context(base_url=address, locale="en-GB", extra_http_headers={"Authorization": "Bearer water"})
        context.set_default_timeout(SECONDS * 1000)
        tab = context.new_page()
        tab.clock.install()
        yield tab
        context.close()


def assign(scene: Scene, *names: str) -> None:
    for name in names:
        Case(scene, f"a-{name}", "water", f"o-{name}").created()


def test_an_open_page_says_what_has_become_new_and_leads_there_by_keyboard(page: Page, scene: Scene) -> None:
    assign(scene, "1")
    page.goto("/notices")
    expect(page.locator(NEWS)).to_be_hidden()
    with page.expect_response(ASKED) as first:
        page.clock.run_for(A_WHILE)
    assert first.value.status == 204
    expect(page.locator(NEWS)).to_be_hidden()
    assign(scene, "2", "3")
    with page.expect_response(ASKED):
        page.clock.run_for(A_WHILE)
    link = page.locator(f"{NEWS} a")
    expect(link).to_have_text("2 new notices")
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.locator("[data-row]").first).to_be_focused()
    page.locator("form[action='/notices/seen'] button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("marked as seen")


def test_a_page_that_nobody_uses_asks_no_more_until_somebody_is_back(page: Page, scene: Scene) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/notices/new" in request.url else None)
    page.goto("/notices")
    with page.expect_response(ASKED):
        page.clock.run_for(A_WHILE)
    page.clock.fast_forward(LONG)
    page.clock.run_for(A_WHILE)
    before = len(asked)
    page.clock.run_for(A_WHILE * 3)
    assert len(asked) == before
    assign(scene, "1")
    with page.expect_response(ASKED):
        page.keyboard.press("Shift")
    expect(page.locator(f"{NEWS} a")).to_have_text("One new notice")
