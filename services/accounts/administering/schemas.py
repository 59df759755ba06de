"""The shapes of tokens in the API."""

from __future__ import annotations

from marshmallow import fields, validate

from services.accounts.model import NewToken
from services.accounts.schemas import AccountGrant, GrantBody
from services.contracts.people.grants import SOURCE
from services.runtime.web.access.tokens import LONGEST_DAYS
from services.runtime.web.lists.paging import page_of


class TokenBody(GrantBody):
    """A token to be made, with what it is to act for and as which sender; without `days` it is good until it is revoked."""

    shape = NewToken
    source = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(f"(?:{SOURCE.pattern})$"))
    days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(1, LONGEST_DAYS))


class AccessToken(AccountGrant):
    """A token without its value, which nobody can show again."""

    source = fields.String(required=True, allow_none=True)
    created = fields.AwareDateTime(required=True)
    used = fields.AwareDateTime(required=True, allow_none=True)
    expires = fields.AwareDateTime(required=True, allow_none=True)
    revoked = fields.AwareDateTime(required=True, allow_none=True)


class TokenMade(AccessToken):
    """A token with its value, to be copied from this one answer."""

    value = fields.String(required=True)


TokensPage = page_of("TokensPage", "Tokens, the newest first.", AccessToken)
