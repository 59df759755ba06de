"""Signing in and out in a real browser, with the policy and the cookie that are served."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from services.contracts.callers import Role
from tests.browser.conftest import PHONE


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_somebody_is_sent_to_sign_in_does_so_and_signs_out(come, harness, options):
    page = come(**options)
    page.goto("/office")
    page.get_by_role("link", name="登录").click()
    page.fill("#token", "hy_wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#token-mistake")).to_be_visible()
    assert page.locator("#token").bounding_box()["height"] >= 44
    page.fill("#token", harness.tokens[Role.SUPERVISOR])
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/office")
    expect(page.get_by_text("督办人员")).to_be_visible()
    assert page.evaluate("document.cookie") == "", "no script can read the session"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login")
    page.goto("/office")
    expect(page.get_by_role("link", name="登录")).to_be_visible()
