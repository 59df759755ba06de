"""What is done on a page before it is looked at: mostly the mistakes that people make."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

ANOTHER_CATALOGUE = Path(__file__).parents[1] / "unit" / "intake" / "town.yml"


def follow(page: Page, selector: str) -> None:
    """Press what leads to another page and wait for that page: what is asked at once may still be answered by the one before."""
    with page.expect_navigation():
        page.click(selector)


def press_submit(page: Page) -> None:
    page.fill("#title", "路灯不亮")
    page.click("#contact summary")
    page.fill("#phone", "打给我")
    page.click("#typed > button")


def sign_together(page: Page) -> None:
    page.fill("#title", "路灯不亮")
    page.fill("#content", "坏了两周。")
    page.click("#cosigners summary")
    page.fill("#cosigner1_name", "李四")
    page.click("#typed > button")


def ask_with_nothing(page: Page) -> None:
    page.click("main button")


def support_with_words(page: Page) -> None:
    page.fill("#contact", "打给我")
    page.click("main button")


def sign_in_with_nothing(page: Page) -> None:
    page.click("main button")


def change_password_to_nothing(page: Page) -> None:
    page.click("form[action='/account/password'] button")


def save_a_filter_without_a_name(page: Page) -> None:
    page.click("details:has(form[action='/account/filters']) > summary")
    page.click("form[action='/account/filters'] button")


def choose_no_way(page: Page) -> None:
    page.check("input[name=how][value=bundled]")
    for way in ("email", "chat"):
        page.uncheck(f"input[name={way}]")
    page.click("form:has(select) button")


def choose_a_letter_a_day(page: Page) -> None:
    page.check("input[name=how][value=daily]")
    page.check("input[name=chat]")
    page.click("form:has(select) button")


def invite_nobody(page: Page) -> None:
    page.click("main summary")
    page.click("form[action='/accounts'] button")


def make_no_token(page: Page) -> None:
    page.click("#making > summary")
    page.click("#making button")


def erase_nothing(page: Page) -> None:
    page.fill("#case", "ABC-12")
    page.click("#one button")


def count_old_cases(page: Page) -> None:
    page.fill("#days", "30")
    page.click("#old button")


def check_no_catalogue(page: Page) -> None:
    page.fill("#catalogue", "name: 云澜县\nname_en: ]")
    page.click("#taken button")


def compare_a_catalogue(page: Page) -> None:
    page.fill("#catalogue", ANOTHER_CATALOGUE.read_text(encoding="utf-8"))
    page.click("#taken button")


def compare_a_catalogue_with_open_cases(page: Page) -> None:
    page.fill("#catalogue", ANOTHER_CATALOGUE.read_text(encoding="utf-8"))
    page.click("#taken button.second")


def release_with_a_number(page: Page) -> None:
    page.fill("#content", "请打13800138000。")
    page.click("form.card button")


def decline_for_nothing(page: Page) -> None:
    page.click("details:has(form[action$='/decline']) > summary")
    page.click("form[action$='/decline'] button")


def lead_by_too_long_a_name(page: Page) -> None:
    page.click("main form details summary")
    page.fill("#leader", "王" * 121)
    page.click("main form button")


def take_nothing_out(page: Page) -> None:
    page.click("form[action$='/split'] button")


def make_no_codes(page: Page) -> None:
    page.click("#order > button")


def enter_nobody(page: Page) -> None:
    page.click("#entry > button")


def take_down_nothing(page: Page) -> None:
    page.click("#typed > button")


def send_back_for_nothing(page: Page) -> None:
    page.click("#approving summary")
    page.click("#approving details button")


def approve_an_older_draft(page: Page) -> None:
    page.evaluate("document.querySelector('#approving input[name=version]').value = '5f'")
    page.click("form[action$='/approve'] button")


def add_no_photo(page: Page) -> None:
    page.click("form[enctype] button")


def keep_an_empty_text(page: Page) -> None:
    page.click("form:has(#content) > button")


def change_an_older_text(page: Page) -> None:
    page.evaluate("document.querySelector('input[name=version]').value = '5f'")
    page.click("form:has(#content) > button")


def assign_to_nobody(page: Page) -> None:
    page.click("main details summary")
    page.click("main details button")


def rule_without_a_reason(page: Page) -> None:
    page.click("form[action$='/objection'] button[value=yes]")


def draw_many(page: Page) -> None:
    page.click("main summary")
    page.fill("#size", "many")
    page.click("form[action='/lookbacks'] button")


def watch_for_no_reason(page: Page) -> None:
    page.click("form[action$='/mark'] button")


def take_nobody_in(page: Page) -> None:
    page.click("form[action$='/handlers'] button")


def preview(page: Page) -> None:
    page.fill("#title", "东街的路灯不亮")
    page.click("main form button")


def find_nothing(page: Page) -> None:
    page.click("main form button[value=yes]")


def promise_nothing(page: Page) -> None:
    page.click("#reply > summary")
    page.fill("#reply-content", "已列入计划。")
    page.check("#reply input[value=planned]")
    page.click("#reply form > button[type=submit]:not([name])")


def raise_without_a_reason(page: Page) -> None:
    page.click("main form button")


def record_nothing(page: Page) -> None:
    page.click("main td summary")
    page.click("main td button")


def book_for_nobody(page: Page) -> None:
    page.click("form.card button")


def write_nothing_down(page: Page) -> None:
    page.check("input[name=spot][value=promise]")
    page.click("#typed > button")
