"""Signing in by a provider of the place (OpenID Connect): authorization code with PKCE, and a claim that names an account.

The only module that speaks to a provider. Nobody comes in whom an administrator has not invited under what the claim says.
The libraries for it take 9 MB, and are loaded where there is a provider.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import requests

from services.contracts.errors import HuiyingError, Unavailable
from services.runtime.store.database import EPOCH

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

PATIENCE, KEPT_SECONDS = 5.0, 3600.0
#: By how much the clock of the provider may go wrong.
LEEWAY = timedelta(minutes=1)
#: For this long signing in at the provider stands for the password of somebody who has none.
FRESH = timedelta(minutes=5)
#: Signatures by a key that everybody may know; one by the client's secret could be made by anybody who learns it.
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]


class NotLetIn(HuiyingError):
    """The provider, or what it said, does not let somebody in; the text names nobody."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and as what this site is known there. `claim` says whose account it is."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "sub"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser keeps, sealed, until it comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class SignedOn:
    """Who came back, and when they signed in at the provider: None where it does not say."""

    named: str
    at: datetime | None


class SingleSignOn:
    """Sends people to the provider and hears who they are."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._known: tuple[float, Mapping[str, Any]] | None = None

    def begin(self, back: str, *, again: bool = False) -> tuple[str, Begun]:
        """Where to send the browser, which comes back to `back`; raises `Unavailable`.

        `again` has the provider ask who it is even though it knows, and say when it did.
        """
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        place, _ = self._session(back).create_authorization_url(
            self._told()["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier,
            **({"prompt": "login", "max_age": str(int(FRESH.total_seconds()))} if again else {}),
        )  # fmt: skip
        return str(place), begun

    def finish(self, back: str, begun: Begun, state: str, code: str) -> SignedOn:
        """The person who came back, as the claim says; raises `NotLetIn`, `Unavailable`."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        if not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise NotLetIn("the state is another one")
        told = self._told()
        try:
            token = self._session(back).fetch_token(
                told["token_endpoint"], code=code, code_verifier=begun.verifier, timeout=PATIENCE
            )
            claims = self._claims(str(token["id_token"]), begun.nonce, _json(told["jwks_uri"]))
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as error:
            raise NotLetIn(type(error).__name__) from error
        except requests.RequestException as error:
            raise Unavailable("The single sign-on does not answer.") from error
        return SignedOn(self._named(claims), _moment(claims.get("auth_time")))

    def _session(self, back: str) -> OAuth2Session:
        from authlib.integrations.requests_client import OAuth2Session

        given = self._provider
        return OAuth2Session(
            given.client_id, given.client_secret, scope="openid email profile", redirect_uri=back, code_challenge_method="S256"
        )

    def _claims(self, token: str, nonce: str, keys: Any) -> Mapping[str, Any]:
        from joserfc import jwt
        from joserfc.jwk import KeySet

        claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims
        given = self._provider
        jwt.JWTClaimsRegistry(
            leeway=int(LEEWAY.total_seconds()), iss={"essential": True, "value": given.issuer}, exp={"essential": True},
            aud={"essential": True, "value": given.client_id}, nonce={"essential": True, "value": nonce},
        ).validate(claims)  # fmt: skip
        if claims.get("azp", given.client_id) != given.client_id:
            raise NotLetIn("the token is for another client")
        return claims

    def _named(self, claims: Mapping[str, Any]) -> str:
        named = claims.get(self._provider.claim)
        if not isinstance(named, str) or not named:
            raise NotLetIn("the claim is missing")
        if self._provider.claim == "email" and claims.get("email_verified") is not True:
            raise NotLetIn("the address is not verified")
        return named

    def _told(self) -> Mapping[str, Any]:
        """What the provider says of itself."""
        # Without a lock: one that does not answer would let all wait, one after another. At worst it is asked twice.
        known = self._known
        if known is None or known[0] < time.monotonic():
            issuer = self._provider.issuer
            try:
                told = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            except (requests.RequestException, ValueError) as error:
                raise Unavailable("The single sign-on does not answer.") from error
            if told.get("issuer") != issuer:
                raise Unavailable("The single sign-on calls itself by another name.")
            self._known = known = time.monotonic() + KEPT_SECONDS, told
        return known[1]


def _moment(seconds: object) -> datetime | None:
    try:
        return EPOCH + timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None
    except OverflowError:
        return None


def _json(url: str) -> Any:
    answer = requests.get(url, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json()
