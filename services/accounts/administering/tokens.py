"""Tokens of programs: made and ended by administrators, over the API and at pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.accounts.administering.issued import IssuedToken, find_token, page_of_tokens
from services.accounts.administering.schemas import AccessToken, TokenBody, TokenMade, TokensPage
from services.accounts.api import ADMIN, check_place, grant_shape
from services.accounts.context import Accounts, HasAccounts
from services.accounts.credentials import once
from services.accounts.model import NewToken
from services.accounts.people import ChangingPeople
from services.contracts.people.callers import TokenGrants, check_grant
from services.runtime.store.database import Transaction
from services.runtime.web.access import tokens as access
from services.runtime.web.calls import Call
from services.runtime.web.lists.paging import Page, page, read_cursor
from services.runtime.web.routes import API, Answer, Routes

routes = Routes()
MADE: Final = (
    "A token was made with this key already, and shown then. If you did not keep its value, find it with GET /tokens, end it with "
    "POST /tokens/{id}/revocation, and make another one with a new key."
)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token and its value, which nobody can show again. Printing one shows it not."""

    token: IssuedToken
    value: str

    def __repr__(self) -> str:
        """Without the value."""
        return f"MadeToken({self.token.id})"


def issue(accounts: Accounts, asked: NewToken, key: str = "") -> MadeToken:
    """Make a token. `key` is that of a form or a request, which makes one only: `Conflict` the second time. Raises `Invalid`."""
    check_grant(asked.role, asked.acts_for, asked.channels)

    def unit(work: Transaction, _: ChangingPeople) -> tuple[str, str]:
        if key:
            once.first_time(work, key, MADE)
        return access.make(work, asked.role, asked.party, asked.days, TokenGrants(asked.channels, asked.source))

    token_id, value = accounts.change(unit)
    with accounts.access.reading() as connection:
        return MadeToken(find_token(connection, token_id), value)


@routes.get(f"{API}/tokens", access=ADMIN, query=Page, answers={200: TokensPage})
def list_tokens(call: Call[HasAccounts]) -> Answer:
    """List tokens, the newest first; nobody can read their values again."""
    before, limit = read_cursor(call.query["cursor"]), call.query["limit"]
    with call.service.accounts.access.reading() as connection:
        found = page_of_tokens(connection, before, limit)
    return 200, page(list(map(_shape, found)), limit)


@routes.post(f"{API}/tokens", access=ADMIN, body=TokenBody, answers={200: TokenMade})
def make_token(call: Call[HasAccounts]) -> Answer:
    """Make a token. Its value is in this answer and nowhere else; the same Idempotency-Key once more is a conflict."""
    check_place(call, call.body)
    made = issue(call.service.accounts, call.body, call.idempotency_key.name("POST /tokens") if call.idempotency_key else "")
    return 200, {**_shape(made.token), "value": made.value}


@routes.post(f"{API}/tokens/<token_id>/revocation", access=ADMIN, answers={200: AccessToken})
def revoke_token(call: Call[HasAccounts]) -> Answer:
    """End a token; every service refuses it within seconds."""
    database, token_id = call.service.accounts.access, call.path["token_id"]
    access.revoke(database, token_id)
    with database.reading() as connection:
        return 200, _shape(find_token(connection, token_id))


def _shape(token: IssuedToken) -> Mapping[str, object]:
    facts = {name: getattr(token, name) for name in ("created", "used", "expires", "revoked", "source")}
    return {**grant_shape(token.acts_as), **facts}
