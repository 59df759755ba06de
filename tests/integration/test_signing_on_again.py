"""Who has no password and comes by single sign-on changes their account by having signed in there just now."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from werkzeug.test import TestResponse

from services.accounts.model import Rules
from services.accounts.pages.proving import BY_SIGN_ON
from services.contracts.people.callers import Role
from tests.integration.sign_on_provider import FakeProvider
from tests.integration.test_single_sign_on import Open, come_back, provider, with_claim
from tests.unit.runtime.conftest import harness
from tests.unit.runtime.harness import PASSWORD, WebHarness

__all__ = ["harness", "provider"]
PAGE, AGAIN = "/account/second-factor", "/account/again?to="
WRONG = {"present": "not the password"}
#: Every form that changes how somebody signs in, and what it answers once it takes the proof (a wrong passkey is told as such).
FORMS = {
    "/account/password": ({"password": "some other ordinary words", "again": "some other ordinary words"}, 303),
    PAGE: ({}, 200),
    f"{PAGE}/remove": ({}, 303),
    "/account/passkeys": ({"sealed": "x", "credential": "{}", "label": "phone"}, 422),
}


@pytest.fixture
def place(harness: Open, provider: FakeProvider) -> WebHarness:
    """A place where reviewers need a second factor, and Wang is one without a password."""
    provider.claims, provider.key = {}, provider.published
    return with_claim(harness(rules=Rules(needs_second=frozenset({Role.REVIEWER}))), provider, "sub")


def signed_on(place: WebHarness, provider: FakeProvider, ago: timedelta = timedelta()) -> None:
    """The provider asks who it is, so long ago."""
    provider.claims["auth_time"] = int((place.clock.now() - ago).timestamp())


def set_up_form(place: WebHarness) -> dict[str, str]:
    page = place.ask("GET", PAGE).text
    sealed, spelled = re.search(r'name="sealed" value="([^"]+)"', page), re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert sealed
    assert spelled
    code = pyotp.TOTP(spelled[1].replace(" ", "")).at(int(place.clock.now().timestamp()))
    return {"csrf": place.form_key(), "sealed": sealed[1], "code": code}


def go_round(place: WebHarness, provider: FakeProvider, to: str = PAGE) -> TestResponse:
    away = place.ask("GET", AGAIN + to)
    assert away.status_code == 303
    state, code = provider.authorize(away.headers["Location"])
    # The browser does not send the strict cookie of the session when the provider sends it back.
    kept = place.client.get_cookie("huiying")
    place.client.delete_cookie("huiying")
    answer = place.ask("GET", "/login/sso/back", query_string={"state": state, "code": code})
    assert place.client.get_cookie("huiying") is None, "no session is opened on the way"
    if kept is not None:
        place.client.set_cookie("huiying", kept.value)
    return answer


def test_a_fresh_sign_on_sets_up_the_factor_that_everything_else_waits_for(place: WebHarness, provider: FakeProvider) -> None:
    signed_on(place, provider)
    assert f'url={PAGE}"' in come_back(place, provider).text
    assert place.ask("GET", "/office").status_code == 403, "nothing else opens before"
    assert 'name="present"' not in place.ask("GET", PAGE).text
    assert place.ask("POST", PAGE, data=set_up_form(place) | {"code": "000000"}).status_code == 422
    assert place.ask("POST", PAGE, data=set_up_form(place)).status_code == 200
    assert place.ask("GET", "/office").status_code == 200
    line = place.lines(route=PAGE)[-1]
    assert (line["name"], line["subject"], line["status"]) == ("王磊", "confirmed by single sign-on", 200)


@pytest.mark.parametrize("ago", [None, timedelta(minutes=5), timedelta(minutes=-2)])
def test_one_that_is_not_fresh_goes_round_by_the_provider_and_comes_back_to_the_form(
    place: WebHarness, provider: FakeProvider, ago: timedelta | None
) -> None:
    if ago is not None:
        signed_on(place, provider, ago)
    come_back(place, provider)
    page = place.ask("GET", PAGE).text
    assert (AGAIN + PAGE in page, f'action="{PAGE}"' in page) == (True, False)
    asked = provider.asked_again
    signed_on(place, provider)
    assert f'url={PAGE}"' in go_round(place, provider).text
    assert provider.asked_again == asked + 1
    assert place.ask("GET", "/office").status_code == 403, "signing in again is no second factor"
    form = set_up_form(place)
    place.clock.instant += timedelta(minutes=5)
    late = place.ask("POST", PAGE, data=form)
    assert (late.status_code, AGAIN + PAGE in late.text) == (422, True)
    signed_on(place, provider)
    go_round(place, provider)
    assert place.ask("POST", PAGE, data=set_up_form(place)).status_code == 200


@pytest.mark.parametrize("path", FORMS)
def test_every_form_that_wants_a_password_takes_a_fresh_sign_on_of_who_has_none(
    harness: Open, provider: FakeProvider, path: str
) -> None:
    provider.claims, provider.key = {}, provider.published
    place = with_claim(harness(), provider, "sub")
    come_back(place, provider)
    form, status = FORMS[path]
    stale = place.ask("POST", path, data=form | WRONG | {"csrf": place.form_key()})
    assert (stale.status_code, "/account/again" in stale.text) == (422, True)
    signed_on(place, provider)
    go_round(place, provider)
    taken = place.ask("POST", path, data=(set_up_form(place) if path == PAGE else form) | {"csrf": place.form_key()})
    assert (taken.status_code, "/account/again" in taken.text) == (status, False)
    assert place.lines(route=path)[-1]["subject"] == "confirmed by single sign-on"


@pytest.mark.parametrize("path", FORMS)
def test_who_has_a_password_gives_it_however_fresh_the_sign_on(harness: Open, provider: FakeProvider, path: str) -> None:
    provider.claims, provider.key = {}, provider.published
    place = with_claim(harness(), provider, "sub")
    accounts = place.service.accounts
    kept = accounts.passwords.hash(PASSWORD)
    wang = accounts.read(lambda people: people.known_as("wang"))
    assert wang
    accounts.change(lambda _, people: people.change(wang.id, state="active", password=kept))
    signed_on(place, provider)
    come_back(place, provider)
    data = FORMS[path][0] | {"csrf": place.form_key()} | (set_up_form(place) if path == PAGE else {})
    for given in ({}, WRONG):
        assert place.ask("POST", path, data=data | given).status_code == 422
    assert place.ask("GET", AGAIN + PAGE).status_code == 404
    assert place.ask("POST", path, data=data | {"present": PASSWORD}).status_code == FORMS[path][1]
    assert place.lines(route=path)[-1]["subject"] is None


@pytest.mark.parametrize(
    "said",
    [{"sub": "chen"}, {"sub": "nobody"}, {"auth_time": 1}, {"auth_time": None}, {"auth_time": "now"}, {"auth_time": 10**18}],
)
def test_a_provider_that_names_somebody_else_or_did_not_ask_proves_nothing(
    place: WebHarness, provider: FakeProvider, said: dict[str, object]
) -> None:
    chen = place.person(sign_in="chen")
    place.service.accounts.change(lambda _, people: people.change(chen, external="chen"))
    come_back(place, provider)
    signed_on(place, provider)
    provider.claims |= said
    answer = go_round(place, provider)
    assert (answer.status_code, f'href="{PAGE}"' in answer.text) == (403, True)
    assert AGAIN + PAGE in place.ask("GET", PAGE).text
    assert "王磊" in place.ask("GET", "/account").text, "the session stays whose it was"


def test_what_one_session_proved_counts_in_no_other(place: WebHarness, provider: FakeProvider) -> None:
    come_back(place, provider)
    other = place.app.test_client()
    first, place.client = place.client, other
    come_back(place, provider)
    signed_on(place, provider)
    go_round(place, provider)
    assert 'name="code"' in place.ask("GET", PAGE).text
    place.client = first
    assert AGAIN + PAGE in place.ask("GET", PAGE).text


def test_a_session_that_ended_on_the_way_is_not_proved(place: WebHarness, provider: FakeProvider) -> None:
    come_back(place, provider)
    state, code = provider.authorize(place.ask("GET", AGAIN + PAGE).headers["Location"])
    place.ask("POST", "/logout", data={"csrf": place.form_key()})
    signed_on(place, provider)
    answer = place.ask("GET", "/login/sso/back", query_string={"state": state, "code": code})
    assert (answer.status_code, place.ask("GET", PAGE).status_code) == (403, 401)


def test_only_who_is_signed_in_goes_round(place: WebHarness) -> None:
    assert place.ask("GET", AGAIN + PAGE).status_code == 401
    assert place.ask("GET", AGAIN + PAGE, role=Role.REVIEWER).status_code == 404, "a program has no account"


def test_the_trail_names_whom_an_administrator_reset_or_erased_beside_how_they_proved_it(
    harness: Open, provider: FakeProvider
) -> None:
    place = with_claim(harness(), provider, "sub")
    li, chen = place.person(Role.ADMIN), place.person(sign_in="chen")
    place.service.accounts.change(lambda _, people: people.change(li, external="li", password=None))
    provider.claims, provider.key = {"sub": "li"}, provider.published
    come_back(place, provider)
    signed_on(place, provider)
    go_round(place, provider, f"/accounts/{chen}")
    for move, status in (("reset", 200), ("erase", 303)):
        assert place.ask("POST", f"/accounts/{chen}/{move}", data={"csrf": place.form_key()}).status_code == status
        lines = place.lines(route=f"/accounts/<account_id>/{move}")
        assert [line["subject"] for line in lines] == [chen, BY_SIGN_ON]
    form = {"csrf": place.form_key(), "role": "supervisor", "key": "k" * 22}
    assert place.ask("POST", "/tokens", data=form).status_code == 200
    proved, made = (line["subject"] for line in place.lines(route="/tokens", method="POST"))
    assert (proved, len(made)) == (BY_SIGN_ON, len(chen)), "beside it stands which token was made"
