"""The settings of accounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from services.accounts.credentials.single_sign_on import Provider, SingleSignOn
from services.accounts.model import Rules
from services.contracts.people.callers import SIGNED_IN, Role
from services.runtime.settings import ProcessSettings, env, how_many


def site(text: str) -> str:
    """The address of a site, such as `https://huiying.example.org`; raises ValueError for anything else."""
    if not re.fullmatch(r"https?://[^/\s?#@]+", text.rstrip("/")):
        raise ValueError("an address such as https://huiying.example.org is needed")
    return text.rstrip("/")


def issuer(text: str) -> str:
    """The address of a provider, exactly as it calls itself; raises ValueError for anything else."""
    if not re.fullmatch(r"https://[^\s?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#@]*)?", text):
        raise ValueError("an https address is needed")
    return text


def roles(text: str) -> frozenset[Role]:
    """Roles of people such as `admin supervisor`, `all` or `none`; raises ValueError for anything else."""
    parts = text.replace(",", " ").split()
    if parts == ["all"]:
        return SIGNED_IN
    if unknown := [part for part in parts if part != "none" and part not in SIGNED_IN]:
        raise ValueError(f"{unknown[0]} is no role of people")
    return frozenset(Role(part) for part in parts if part != "none")


@dataclass(frozen=True)
class AccountSettings(ProcessSettings):
    """What the service that has the accounts can be told beside what every service can."""

    public_url: str = env("PUBLIC_URL", site, "", doc="where people open this site; without it no one-time link leaves by letter")
    session_hours: int = env("SESSION_HOURS", how_many, 8, doc="after how many hours people have to sign in again")
    session_idle_minutes: int = env("SESSION_IDLE_MINUTES", how_many, 60, doc="after how many minutes without a request, too")
    second_factor: frozenset[Role] = env(
        "SECOND_FACTOR", roles, frozenset(), doc="roles that need a second factor (admin supervisor …), all or none"
    )

    oidc_issuer: str = env("OIDC_ISSUER", issuer, "", doc="the provider of the single sign-on (OpenID Connect), as it calls itself")
    oidc_client_id: str = env("OIDC_CLIENT_ID", str, "", doc="as what this site is known there")
    oidc_client_secret: str = env("OIDC_CLIENT_SECRET", str, "", doc="its secret there", secret=True)
    oidc_claim: str = env("OIDC_CLAIM", str, "sub", doc="the claim that says whose account it is: sub, email or another")

    @property
    def single_sign_on(self) -> SingleSignOn | None:
        """The single sign-on, where the settings name one."""
        if not (self.oidc_issuer and self.oidc_client_id):
            return None
        return SingleSignOn(Provider(self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret, self.oidc_claim))

    @property
    def account_rules(self) -> Rules:
        """The rules that these settings make."""
        hours, minutes = timedelta(hours=self.session_hours), timedelta(minutes=self.session_idle_minutes)
        return Rules(self.public_url, hours, minutes, self.second_factor)
