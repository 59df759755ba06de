"""What people can type into a citizen's page is text on every page, and no browser complains under the policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from services.contracts.messages.assignments import AssignmentPaused
from tests.browser.doing import follow
from tests.browser.looking import WIDE
from tests.unit.intake.harness import DUE
from tests.visitors import created, progressed, replied, signed

HOSTILE = (
    "<script>document.title='owned'</script>",
    "\"'><img src=x onerror=\"document.title='owned'\">",
    "</textarea></select></template><svg onload=document.title='owned'>",
    '{{7*7}}${7*7}%(place)s {% raw %} <!--#include virtual="/login" -->',
    "javascript:document.title='owned'",
    "=1+1\t'; DROP TABLE opinions; --",
    "\u202e\u2066颠倒\u0301\u0301\u0301\ufeff" + "界" * 60,
    "x" * 100,
    "&lt;b&gt; &amp;amp; &#x27; \\u003c",
)
TYPED = (
    "title",
    "content",
    "address",
    "name",
    "phone",
    "email",
    *(f"cosigner{row}_{name}" for row in (1, 2) for name in ("name", "phone", "email")),
)
CHOSEN = ("topic", "area", "station", "visibility", "code", "position")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_every_field_stays_text_on_every_page(come, visit, text):
    page = come()
    calm(page, "/")
    page.evaluate("for (const part of document.querySelectorAll('#typed details')) part.open = true")
    for name in TYPED:
        page.fill(f"#{name}", text)
    page.click("#typed > button")
    page.wait_for_selector("#mistakes")
    seen(page)
    for name in CHOSEN:
        assert visit.submit(**{name: text}).status_code == 422

    path = visit.receipt(title=text, content=text, name=text, address=text, cosigner1_name=text)
    calm(page, f"{path}/submitted")
    calm(page, f"/receipts?receipt={path[-3:]}%3Cscript%3E")
    page.fill("#receipt", text)
    follow(page, "form[role=search] button")
    seen(page)
    calm(page, "/receipts/lost")
    page.fill("#contact", text)
    page.click("main button")
    page.wait_for_selector("#contact-mistake")
    seen(page)

    visit.consume(
        created(DUE, rule=f"keywords: {text}"), signed(DUE), progressed(text), AssignmentPaused("a", "environment", text, DUE)
    )
    calm(page, path)
    page.fill("#content", text)
    page.click("#details button")
    page.wait_for_url("**#state")
    visit.consume(replied(DUE, text))
    calm(page, path)
    page.locator("label", has=page.locator("input[name=result][value=dissatisfied]")).click()
    page.fill("#comment", text)
    page.click("text=提交评价")
    page.wait_for_url("**#evaluation")
    seen(page)


def calm(page: Page, path: str) -> None:
    page.goto(path)
    seen(page)


def seen(page: Page) -> None:
    """Nothing ran, and nothing is wider than the screen. What the console says, `come` looks at."""
    assert page.title() != "owned"
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate(WIDE) <= 0
