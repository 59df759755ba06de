"""A photo goes with an opinion from a telephone, without JavaScript."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.unit.intake.pictures import SVG, photo


def chosen(name: str, raw: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "image/jpeg", "buffer": raw}


def is_drawn(picture):
    return bool(picture.evaluate("picture => picture.complete && picture.naturalWidth > 0"))


def test_a_photo_is_sent_with_the_opinion_and_another_afterwards(come, visit):
    page = come(java_script_enabled=False, **PHONE)
    page.goto("/")
    page.fill("#title", "河堤塌了一段")
    page.fill("#content", "东街桥下，约三米。")
    page.click("#more-photos summary")
    page.set_input_files("#photos", [chosen("IMG_0001.jpg", photo(orientation=6))])
    page.click("#typed > button")
    page.wait_for_url("**/receipts/*/submitted")
    page.goto(page.url.removesuffix("/submitted"))
    pictures = page.locator(".photos img")
    expect(pictures).to_have_count(1)
    pictures.first.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert is_drawn(pictures.first)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.set_input_files("#photos", [chosen("evil.jpg", SVG)])
    page.click("form[action$='/attachments'] button")
    expect(page.locator("#photos-mistake")).to_be_visible()
    page.set_input_files("#photos", [chosen("a.png", photo("PNG")), chosen("b.webp", photo("WEBP"))])
    page.click("form[action$='/attachments'] button")
    expect(pictures).to_have_count(3)
    pictures.last.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    assert is_drawn(pictures.last)
    page.locator(".photos a").last.click()
    page.wait_for_url("**/api/v1/receipts/*/attachments/*")
    assert len(visit.opinions()) == 1
