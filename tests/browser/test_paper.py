"""What comes out of a printer: black on white, no controls, steps that can be told apart without a background, and the address."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.looking import FAINT, Eyes
from tests.browser.scenes import DUE
from tests.unit.intake.whole_case import before_the_reply
from tests.visitors import created

BEFORE = "selector => getComputedStyle(document.querySelector(selector), '::before')"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_receipt_on_paper_has_its_address_and_its_steps_and_no_controls(come, address, visit, scheme):
    path = visit.receipt()
    visit.consume(created(DUE), *before_the_reply())
    page = come(color_scheme=scheme, viewport={"width": 794, "height": 1123})
    page.goto(f"{path}?size=large&theme={scheme}")
    expect(page.locator(".paper-address")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".paper-address")).to_contain_text(address + path)
    expect(page.locator(".paper-address svg")).to_be_visible()
    for selector in ("form", "button", ".links", ".switches", ".skip"):
        assert page.locator(f"{selector}:visible").count() == 0, selector
    assert page.evaluate(FAINT) == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for selector, sign in ((".steps .done", "✓"), (".steps [aria-current]", "●")):
        assert page.evaluate(f"({BEFORE})('{selector}').content") == f'"{sign}"'
        assert page.evaluate(f"({BEFORE})('{selector}').borderTopWidth") == "2px"
    Eyes(page).take_picture(f"receipt-on-paper-{scheme}")


def test_every_co_signer_has_an_address_on_paper(come, address):
    page = come()
    page.goto("/")
    page.fill("#title", "路灯不亮")
    page.fill("#content", "坏了")
    page.click("#cosigners summary")
    page.fill("#cosigner1_name", "李四")
    page.click("#typed > button")
    page.wait_for_url("**/receipts/**")
    page.emulate_media(media="print")
    codes = [
        text.replace("-", "") for text in page.locator(".receipt-code, [aria-labelledby=their-receipts] strong").all_inner_texts()
    ]
    shown = page.locator(".paper-address p").all_inner_texts()
    assert [text.splitlines()[-1].strip() for text in shown] == [f"{address}/receipts/{code}" for code in codes]
    assert page.locator(".paper-address svg").count() == 2
    Eyes(page).take_picture("joined-on-paper")
