"""The shapes of tokens in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.people.callers import Role
from services.contracts.people.grants import GRANTABLE, SOURCE
from services.runtime.input.fields import Code, Tuples
from services.runtime.web.access.tokens import LONGEST_DAYS
from services.runtime.web.lists.paging import page_of


class TokenBody(Schema):
    """A token to be made, with what it is to act for and as which sender; without `days` it is good until it is revoked."""

    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    department = Code(40, load_default=None, allow_none=True)
    station = Code(60, load_default=None, allow_none=True)
    deputy = Code(40, load_default=None, allow_none=True)
    channels = Tuples(fields.String(validate=validate.OneOf(GRANTABLE)), load_default=())
    source = fields.String(load_default=None, allow_none=True, validate=validate.Regexp(f"(?:{SOURCE.pattern})$"))
    days = fields.Integer(strict=True, load_default=None, allow_none=True, validate=validate.Range(1, LONGEST_DAYS))


class AccessToken(Schema):
    """A token without its value, which nobody can show again."""

    id = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    department = fields.String(required=True, allow_none=True)
    station = fields.String(required=True, allow_none=True)
    deputy = fields.String(required=True, allow_none=True)
    channels = fields.List(fields.String(validate=validate.OneOf(GRANTABLE)), required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    created = fields.AwareDateTime(required=True)
    used = fields.AwareDateTime(required=True, allow_none=True)
    expires = fields.AwareDateTime(required=True, allow_none=True)
    revoked = fields.AwareDateTime(required=True, allow_none=True)


class TokenMade(AccessToken):
    """A token with its value, to be copied from this one answer."""

    value = fields.String(required=True)


TokensPage = page_of("TokensPage", "Tokens, the newest first.", AccessToken)
