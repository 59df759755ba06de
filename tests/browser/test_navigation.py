"""How much room the navigation of each role takes: on a wide screen two rows at most, with every page in sight."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from services.contracts.people.callers import SIGNED_IN
from services.contracts.people.navigation import navigation
from services.design.assets import ASSETS
from services.design.reader import LANGUAGES, Reader
from services.design.templates import SHARED
from services.runtime.web.pages.html import FIRST_PAGE, UNSAID, failure_of

ROWS = """() => {
  const links = [...document.querySelectorAll('.top-inner > .links a')].map((link) => link.getBoundingClientRect())
  const seen = links.filter((each) => each.width && each.right <= innerWidth)
  return [new Set(links.map((each) => Math.round(each.top))).size, seen.length]
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_navigation_of_every_role_takes_two_rows_at_most(page: Page, language: str) -> None:
    style = ASSETS.named("site.css").content.decode()
    for role in SIGNED_IN:
        shown = {
            **UNSAID, "failure": failure_of(404), "request_id": "", "link": ("/", FIRST_PAGE), "path": "/office",
            "navigation": navigation(role), "here": lambda **_: "?",
        }  # fmt: skip
        page.set_content(SHARED.render("error.html", Reader(language), shown).replace("</head>", f"<style>{style}</style></head>"))
        rows, seen = page.evaluate(ROWS)
        assert rows <= 2, role
        assert seen == len(navigation(role)), role
