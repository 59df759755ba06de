"""Passkeys with Chromium's virtual authenticator: made with the password, used once for each challenge, taken out of use."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from services.contracts.people.callers import Role
from tests.browser.conftest import SECONDS, serving
from tests.unit.runtime.harness import PASSWORD


@pytest.fixture
def address(harness):
    """By a name: a passkey belongs to a domain, which an address is not."""
    with serving(harness.app) as url:
        yield url.replace("127.0.0.1", "localhost")


def test_a_passkey_is_made_signs_in_and_is_taken_out_of_use(come, harness):
    harness.person(Role.REVIEWER)
    page = come()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto("/login")
    page.fill("#sign_in", "reviewer")
    page.fill("#password", PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url("**/office")
    page.goto("/account/passkeys")
    page.fill("#label", "<b>办公室</b>")
    page.fill("#present", "not the password")
    page.get_by_role("button", name="添加").click()
    expect(page.locator("#present-mistake")).to_be_visible()
    page.fill("#label", "<b>办公室</b>")
    page.fill("#present", PASSWORD)
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_text("<b>办公室</b>")).to_be_visible()
    page.goto("/account")
    page.locator("main").get_by_role("button", name="退出登录", exact=True).click()
    page.wait_for_url("**/login")
    page.locator("main").get_by_role("link", name="通行密钥").click()
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url("**/office", timeout=SECONDS * 1000)
    answer = {"Content-Type": "application/x-www-form-urlencoded", "Origin": page.url.rpartition("/")[0]}
    replayed = page.context.request.post("/login/passkey", data=sent[0], headers=answer, max_redirects=0)
    assert replayed.status == 401, "a challenge is answered once"
    page.goto("/account/passkeys")
    page.get_by_role("button", name="移除").click()
    expect(page.get_by_text("办公室")).to_have_count(0)
