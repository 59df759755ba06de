from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.accounts import managing
from services.accounts.model import Rules
from services.accounts.pages.showing import own_path
from services.contracts.people.callers import RULES, SIGNED_IN, STAFF, Role
from services.runtime.web.access.sessions import sessions
from tests.unit.runtime.harness import WebHarness
from tests.visitors import shipped_catalogue

Open = Callable[..., WebHarness]
PROXY = (ip_network("10.9.0.0/24"),)


@pytest.fixture(autouse=True)
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has ended is refused at the next request, not two seconds later."""
    monkeypatch.setattr("services.runtime.web.access.tokens.CACHE_SECONDS", -1.0)


def cookie_of(answer: TestResponse) -> str:
    return answer.headers["Set-Cookie"]


def form_key(place: WebHarness) -> str:
    return place.form_key()


class TestSigningIn:
    @pytest.mark.parametrize("role", sorted(SIGNED_IN))
    def test_name_and_password_open_a_session(self, harness: Open, role: Role) -> None:
        opened = harness()
        answer = opened.sign_in(role)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/office")
        desk = opened.ask("GET", "/office")
        assert desk.status_code == 200
        place = shipped_catalogue()
        names = {"department": place.departments["water"].name, "station": place.stations["chengdong"].name, "deputy": "周敏"}
        assert [of for of, name in names.items() if name in desk.text] == ([RULES[role].of] if RULES[role].of else [])

    def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(self, harness: Open) -> None:
        cookie = cookie_of(harness().sign_in())
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert not re.search("Max-Age|Expires|Domain|Secure", cookie), "it ends with the browser, and http has no secure cookies"

    def test_over_https_the_cookie_is_secure_and_for_this_host_only(self, harness: Open) -> None:
        cookie = cookie_of(harness().sign_in(base_url="https://demo.example"))
        assert cookie.startswith("__Host-huiying=")
        assert "Secure" in cookie.split("; ")

    @pytest.mark.parametrize("trusted", [True, False])
    def test_a_proxy_says_that_it_was_https_and_only_a_trusted_one_is_believed(self, harness: Open, trusted: bool) -> None:
        place = harness(proxies=PROXY if trusted else ())
        cookie = cookie_of(place.sign_in(headers={"X-Forwarded-Proto": "https"}, peer="10.9.0.5"))
        assert ("Secure" in cookie) == trusted

    @pytest.mark.slow
    def test_the_store_holds_no_secret(self, harness: Open) -> None:
        place = harness()
        secret = cookie_of(place.sign_in()).partition("=")[2].partition(";")[0]
        with place.database.reading() as connection:
            rows = connection.execute(sa.select(sessions)).all()
        assert len(rows) == 1
        assert secret not in str(rows)
        assert form_key(place) not in str(rows)

    def test_a_wrong_password_is_told_on_the_form_and_nothing_is_opened(self, harness: Open) -> None:
        place = harness()
        place.person(Role.REVIEWER)
        answer = place.ask("POST", "/login", data={"sign_in": "reviewer", "password": "hy_wrong"})
        assert answer.status_code == 401
        assert "Set-Cookie" not in answer.headers
        assert "hy_wrong" not in answer.text
        assert 'value="reviewer"' in answer.text
        assert place.ask("POST", "/login", data={"sign_in": "reviewer", "password": ""}).status_code == 422

    def test_a_token_does_not_sign_in(self, harness: Open) -> None:
        place = harness()
        answer = place.ask("POST", "/login", data={"token": place.tokens[Role.ADMIN]})
        assert (answer.status_code, "Set-Cookie" in answer.headers) == (422, False)

    def test_another_site_cannot_sign_somebody_in(self, harness: Open) -> None:
        assert harness().sign_in(headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403

    def test_who_is_signed_in_goes_on_at_once(self, harness: Open) -> None:
        place = harness()
        assert place.ask("GET", "/login").status_code == 200
        place.sign_in()
        assert place.ask("GET", "/login").headers["Location"] == "/office"

    def test_signing_in_leads_back_to_the_page_that_asked_for_it(self, harness: Open) -> None:
        place = harness()
        refused = place.ask("GET", "/office")
        assert (refused.status_code, 'href="/login?to=/office"' in refused.text) == (401, True)
        assert 'name="to" value="/office"' in place.ask("GET", "/login?to=/office").text
        assert place.sign_in(Role.ADMIN, to="/statistics").headers["Location"] == "/statistics"

    @pytest.mark.parametrize(
        "elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example", "/a//b", "", "javascript:x", "/a\n"]
    )
    def test_it_leads_nowhere_else(self, elsewhere: str) -> None:
        assert own_path(elsewhere) == "/office"


class TestEnding:
    def test_a_session_ends_after_eight_hours(self, harness: Open) -> None:
        place = harness(rules=Rules(idle=timedelta(hours=9)))
        place.sign_in()
        place.clock.instant += timedelta(hours=8, microseconds=-1)
        assert place.ask("GET", "/office").status_code == 200
        place.clock.instant += timedelta(microseconds=1)
        assert place.ask("GET", "/office").status_code == 401

    @pytest.mark.parametrize(("since", "status"), [(timedelta(hours=1, microseconds=-1), 200), (timedelta(hours=1), 401)])
    def test_it_ends_when_nobody_uses_it_for_an_hour(self, harness: Open, since: timedelta, status: int) -> None:
        # One question each: it is a use, which is written down a moment later.
        place = harness()
        place.sign_in()
        place.clock.instant += since
        assert place.ask("GET", "/office").status_code == status

    @pytest.mark.parametrize(
        "end",
        [
            lambda accounts, person, _: managing.suspend(accounts, person, None),
            lambda accounts, person, grant: managing.end_grant(accounts, person, grant, None),
            lambda accounts, person, _: managing.sign_out(accounts, person),
            lambda accounts, person, _: managing.reset(accounts, person),
            lambda accounts, person, _: managing.erase(accounts, person, None),
        ],
        ids=["suspended", "role ended", "signed out", "reset", "erased"],
    )
    def test_it_ends_when_its_person_may_no_longer_act(self, harness: Open, end: Callable[..., object]) -> None:
        place = harness()
        place.sign_in(Role.REVIEWER)
        person, accounts = place.person(Role.REVIEWER), place.service.accounts
        end(accounts, person, accounts.read(lambda people: people.get(person)).grants[0].id)
        assert place.ask("GET", "/office").status_code == 401

    def test_signing_out_ends_it_for_whoever_kept_the_cookie(self, harness: Open) -> None:
        place = harness()
        cookie = cookie_of(place.sign_in()).partition(";")[0]
        answer = place.ask("POST", "/logout", data={"csrf": form_key(place)})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert place.ask("GET", "/office").status_code == 401
        assert place.ask("GET", "/office", headers={"Cookie": cookie}).status_code == 401
        assert place.ask("GET", "/login").status_code == 200

    def test_a_link_does_not_sign_out(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        assert place.ask("GET", "/logout").headers["Location"] == "/office"
        assert place.ask("GET", "/office").status_code == 200

    def test_a_cookie_that_nobody_gave_is_refused(self, harness: Open) -> None:
        assert harness().ask("GET", "/office", headers={"Cookie": "huiying=made-up"}).status_code == 401

    def test_long_gone_sessions_are_forgotten(self, harness: Open) -> None:
        place = harness()
        for _ in range(2):
            place.sign_in()
            place.clock.instant += timedelta(days=91)
        with place.database.reading() as connection:
            assert len(connection.execute(sa.select(sessions)).all()) == 1


class TestForms:
    @pytest.mark.parametrize("key", ["", "0" * 64, "ключ"])
    def test_a_form_without_the_session_s_key_does_nothing(self, harness: Open, key: str) -> None:
        place = harness()
        place.sign_in()
        answer = place.ask("POST", "/office/opinions/o-1/decline", data={"csrf": key})
        assert answer.status_code == 403
        assert place.ask("POST", "/logout", data={"csrf": key}).status_code == 403
        assert place.ask("GET", "/office").status_code == 200

    def test_a_form_of_ours_is_taken(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        assert place.ask("POST", "/office/opinions/o-1/decline", data={"csrf": form_key(place)}).status_code == 303

    def test_the_key_of_another_session_is_not_taken(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        older = form_key(place)
        place.sign_in()
        assert place.ask("POST", "/logout", data={"csrf": older}).status_code == 403

    def test_a_form_that_another_site_sent_is_not_taken(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        answer = place.ask("POST", "/logout", data={"csrf": form_key(place)}, headers={"Sec-Fetch-Site": "same-site"})
        assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/login", "/office", "/office/nothing"])
def test_these_pages_run_no_script_and_are_not_kept(harness: Open, path: str) -> None:
    place = harness()
    if path == "/office":
        place.sign_in()
    answer = place.ask("GET", path, headers={"Accept": "text/html"})
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert (answer.headers["Cache-Control"], answer.headers["X-Frame-Options"]) == ("no-store", "DENY")


class TestWhere:
    def test_the_api_takes_no_session(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        assert place.ask("GET", "/api/v1/opinions").status_code == 401
        assert place.ask("POST", "/api/v1/opinions/accept", data={"csrf": form_key(place)}).status_code == 401

    def test_a_page_that_is_for_everybody_does_not_ask_who_it_is(self, harness: Open) -> None:
        place = harness()
        place.sign_in()
        assert place.ask("POST", "/opinions", data={"title": "a"}).status_code == 303
        assert place.lines() == []

    def test_a_page_of_another_role_is_refused(self, harness: Open) -> None:
        place = harness()
        place.sign_in(Role.SUPERVISOR)
        assert place.ask("POST", "/office/opinions/o-1/decline", data={"csrf": form_key(place)}).status_code == 403

    @pytest.mark.parametrize("role", sorted(STAFF))
    def test_a_token_in_the_header_opens_pages_too(self, harness: Open, role: Role) -> None:
        assert harness().ask("GET", "/office", role=role).status_code == 200
