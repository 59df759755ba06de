"""The single sign-on against a provider that speaks the protocol: who was invited comes in, and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from services.accounts.credentials.single_sign_on import Provider, SingleSignOn
from services.accounts.model import Invited, NewGrant
from tests.integration.sign_on_provider import CLIENT, SECRET, FakeProvider
from tests.unit.runtime.conftest import harness
from tests.unit.runtime.harness import Place, WebHarness

__all__ = ["harness"]
Open = Callable[..., WebHarness]


@pytest.fixture(scope="module")
def provider() -> Iterator[FakeProvider]:
    made = FakeProvider()
    yield made
    made.close()


@pytest.fixture
def place(harness: Open, provider: FakeProvider) -> WebHarness:
    """A place with the provider, where Wang is invited under the name that the provider has."""
    provider.claims, provider.key = {}, provider.published
    return with_claim(harness(), provider, "sub")


def with_claim(made: WebHarness, provider: FakeProvider, claim: str) -> WebHarness:
    sign_on = SingleSignOn(Provider(provider.issuer, CLIENT, SECRET, claim))
    accounts = replace(made.service.accounts, single_sign_on=sign_on)
    object.__setattr__(made.service, "accounts", accounts)
    assert isinstance(made.service, Place)
    accounts.change(lambda _, people: people.add(Invited("wang.lei", "王磊", NewGrant("reviewer"), external="wang")))
    return made


def come_back(place: WebHarness, provider: FakeProvider, **changed: str) -> TestResponse:
    away = place.ask("GET", "/login/sso?to=/statistics")
    assert away.status_code == 303
    state, code = provider.authorize(away.headers["Location"])
    return place.ask("GET", "/login/sso/back", query_string={"state": state, "code": code} | changed)


def test_who_was_invited_comes_in_and_the_account_is_active(place: WebHarness, provider: FakeProvider) -> None:
    assert "/login/sso" in place.ask("GET", "/login").text
    answer = come_back(place, provider)
    assert (answer.status_code, 'url=/statistics"' in answer.text) == (200, True)
    assert "王磊" in place.ask("GET", "/office").text


@pytest.mark.parametrize(
    "said",
    [
        {"sub": "somebody else"}, {"sub": ""}, {"sub": None}, {"aud": "another client"}, {"iss": "https://evil.example"},
        {"nonce": "x"},        {"exp": 1}, {"azp": "another client"},
    ],
)  # fmt: skip
def test_nobody_else_does(place: WebHarness, provider: FakeProvider, said: dict[str, Any]) -> None:
    provider.claims = said
    answer = come_back(place, provider)
    assert (answer.status_code, place.ask("GET", "/office").status_code) == (403, 401)


def test_a_token_that_another_key_signed_is_refused(place: WebHarness, provider: FakeProvider) -> None:
    provider.key = RSAKey.generate_key(2048, parameters={"kid": "k1"})
    assert come_back(place, provider).status_code == 403


@pytest.mark.parametrize("changed", [{"state": "another"}, {"code": "made up"}])
def test_what_was_not_begun_in_this_browser_is_refused(place: WebHarness, provider: FakeProvider, changed: dict[str, str]) -> None:
    assert come_back(place, provider, **changed).status_code == 403


def test_a_link_with_somebody_else_s_code_does_nothing(place: WebHarness, provider: FakeProvider) -> None:
    state, code = provider.authorize(place.ask("GET", "/login/sso").headers["Location"])
    other = place.app.test_client()
    assert other.get("/login/sso/back", query_string={"state": state, "code": code}).status_code == 403


def test_an_address_counts_only_when_it_is_verified(harness: Open, provider: FakeProvider) -> None:
    place = with_claim(harness(), provider, "email")
    provider.claims = {"email": "wang"}
    assert come_back(place, provider).status_code == 403
    provider.claims = {"email": "wang", "email_verified": True}
    assert come_back(place, provider).status_code == 200


def test_without_a_provider_there_is_no_such_page(harness: Open) -> None:
    assert harness().ask("GET", "/login/sso").status_code == 404
