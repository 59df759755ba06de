"""Coming in, leaving and changing the password in a real browser, with the policy and the cookie that are served."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from services.accounts.credentials.once import Purpose
from services.contracts.people.callers import Role
from tests.browser.conftest import PHONE
from tests.unit.runtime.harness import PASSWORD


@pytest.mark.parametrize("options", [{}, PHONE | {"java_script_enabled": False}], ids=["desk", "phone without scripts"])
def test_somebody_is_sent_to_sign_in_does_so_and_signs_out(come, harness, options):
    harness.person(Role.SUPERVISOR)
    page = come(**options)
    page.goto("/office")
    page.locator("main").get_by_role("link", name="登录").click()
    page.fill("#sign_in", "supervisor")
    page.fill("#password", "not the right one")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#password-mistake")).to_be_visible()
    expect(page.locator("#sign_in")).to_have_value("supervisor")
    expect(page.locator("#password")).to_have_value("")
    assert page.locator("#password").bounding_box()["height"] >= 44
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office")
    expect(page.get_by_text("督办人员")).to_be_visible()
    assert all(cookie["httpOnly"] for cookie in page.context.cookies()), "no script can read the session"
    page.locator("main").get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.goto("/office")
    expect(page.locator("main").get_by_role("link", name="登录")).to_be_visible()


def test_an_invitation_leads_to_a_password_and_in(come, harness):
    person = harness.person(Role.REVIEWER)
    page = come(java_script_enabled=False)
    page.goto(f"/invitation?key={harness.link(Purpose.INVITATION, person)}")
    page.fill("#password", "short")
    page.get_by_role("button", name="保存并登录").click()
    expect(page.locator("#password-mistake")).to_be_visible()
    page.fill("#password", "another four ordinary words")
    page.fill("#again", "another four ordinary words")
    page.get_by_role("button", name="保存并登录").click()
    page.wait_for_url("**/office")
    page.locator("header").get_by_role("link", name="我的账号").click()
    expect(page.get_by_text("本机")).to_be_visible()
