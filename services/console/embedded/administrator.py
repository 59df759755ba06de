"""How the first administrator comes in: by a link that is good once; a new one is made at each start until one was used."""

from __future__ import annotations

import msgspec

from services.console.client.http import Client
from services.console.settings import Addresses
from services.contracts.people.callers import Role

SIGN_IN, NAME = "admin", "管理员"


class _Grant(msgspec.Struct):
    role: str


class _Account(msgspec.Struct):
    sign_in: str | None
    state: str
    grants: list[_Grant]


class _Sent(msgspec.Struct):
    link: str | None


def way_in(place: Addresses) -> str:
    """The address where an administrator signs in: an invitation, as long as none has accepted one."""
    client = Client(place)
    for known in client.pages("/accounts", _Account):
        is_admin = known.state == "active" and any(grant.role == Role.ADMIN for grant in known.grants)
        # A suspended one is nobody to be invited once more.
        if is_admin or (known.sign_in == SIGN_IN and known.state != "invited"):
            return f"{place.url}/login"
    sent = client.post("/accounts", {"sign_in": SIGN_IN, "name": NAME, "grant": {"role": Role.ADMIN}}, _Sent)
    return place.url + (sent.link or "/login")
