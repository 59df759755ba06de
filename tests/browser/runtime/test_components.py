"""The page of all components: each paints something, filters work with and without scripts, and keys lead through the rows."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from services.contracts.people.callers import Role
from services.runtime.web.pages.gallery import PATH
from tests.unit.runtime.harness import WebHarness


@pytest.fixture
def open_page(come: Any, harness: WebHarness) -> Callable[..., Page]:
    """Opens the page as an administrator."""

    def opened(**options: Any) -> Page:
        page: Page = come(extra_http_headers={"Authorization": f"Bearer {harness.tokens[Role.ADMIN]}"}, **options)
        page.goto(PATH)
        return page

    return opened


#: Where each sample is on the whole page: left, top, right, bottom.
BOXES = """() => Object.fromEntries([...document.querySelectorAll('.sample')].map(sample => {
  const box = sample.getBoundingClientRect()
  return [sample.id, [box.left + scrollX, box.top + scrollY, box.right + scrollX, box.bottom + scrollY]]
}))"""


#: A picture with fewer colours shows a frame and nothing else.
COLOURS = 20


def is_plain(picture: Image.Image) -> bool:
    """Whether a picture has hardly any colour: counting all of them takes a second."""
    return picture.getcolors(COLOURS - 1) is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_paints_something(open_page, scheme):
    page = open_page(color_scheme=scheme, viewport={"width": 390, "height": 844})
    picture = Image.open(BytesIO(page.screenshot(full_page=True))).convert("RGB")
    boxes = page.evaluate(BOXES)
    assert len(boxes) > 15
    assert [name for name, box in boxes.items() if is_plain(picture.crop(tuple(map(round, box))))] == []


def test_a_filter_brings_the_rows_up_to_date_without_leaving_the_page(open_page):
    page = open_page()
    page.evaluate("document.documentElement.dataset.kept = 'yes'")
    expect(page.locator("#found tbody tr")).to_have_count(4)
    page.select_option("#tone", "bad")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    expect(page.locator("#found [data-focus]")).to_contain_text("1 行")
    assert page.url.endswith(f"{PATH}?tone=bad")
    assert page.evaluate("document.documentElement.dataset.kept") == "yes", "the page was not loaded again"
    page.reload()
    expect(page.locator("#found tbody tr")).to_have_count(1)


def test_a_filter_works_without_scripts(open_page):
    page = open_page(java_script_enabled=False)
    page.select_option("#tone", "good")
    page.click(".filters button")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    assert page.url.endswith(f"{PATH}?tone=good")


def test_keys_lead_through_the_rows_and_stay_out_of_fields(open_page):
    page = open_page()
    for keys, row in (("j", "row-1"), ("j", "row-2"), ("k", "row-1"), ("k", "row-1")):
        page.keyboard.press(keys)
        expect(page.locator(f"#{row}")).to_be_focused()
    page.focus("#area")
    page.keyboard.type("jjk")
    expect(page.locator("#area")).to_have_value("jjk")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_nobody_else_sees_it(harness, role):
    answer = harness.app.test_client().get(PATH, headers={"Authorization": f"Bearer {harness.tokens[role]}"})
    assert answer.status_code == 403
